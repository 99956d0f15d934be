// A status as a mark and a word: colour is never the only sign.
import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import {
  CheckmarkCircle16Filled,
  Circle16Regular,
  Clock16Regular,
  DismissCircle16Filled,
  ErrorCircle16Filled,
  PlugDisconnected16Regular,
  QuestionCircle16Regular,
  SubtractCircle16Regular,
} from "@fluentui/react-icons";
import type { FluentIcon } from "@fluentui/react-icons";
import { messages } from "../messages";

type Tone = "good" | "bad" | "busy" | "quiet";

const MARKS: Readonly<Record<string, readonly [FluentIcon, Tone]>> = {
  Cancelled: [SubtractCircle16Regular, "quiet"],
  Canceling: [SubtractCircle16Regular, "quiet"],
  Completed: [CheckmarkCircle16Filled, "good"],
  Connected: [CheckmarkCircle16Filled, "good"],
  Disconnected: [PlugDisconnected16Regular, "bad"],
  Failed: [ErrorCircle16Filled, "bad"],
  InProgress: [Clock16Regular, "busy"],
  NotReported: [Circle16Regular, "quiet"],
  Pending: [Clock16Regular, "busy"],
  Queued: [Clock16Regular, "quiet"],
  Skipped: [SubtractCircle16Regular, "quiet"],
  Succeeded: [CheckmarkCircle16Filled, "good"],
  Unknown: [QuestionCircle16Regular, "busy"],
};

const useStyles = makeStyles({
  root: {
    display: "inline-flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    whiteSpace: "nowrap",
    verticalAlign: "middle",
  },
  icon: { flexShrink: 0 },
  brief: {
    "@media (max-width: 640px)": {
      position: "absolute",
      width: "1px",
      height: "1px",
      overflow: "hidden",
      clipPath: "inset(50%)",
    },
  },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  busy: { color: tokens.colorStatusWarningForeground1 },
  quiet: { color: tokens.colorNeutralForeground3 },
});

export function statusText(status: string): string {
  return messages.runState[status] ?? messages.lineageState[status] ?? status;
}

export function StatusMark({ status, className }: { readonly status: string; readonly className?: string }) {
  const styles = useStyles();
  const [Icon, tone] = MARKS[status] ?? [DismissCircle16Filled, "quiet"];
  return <Icon className={mergeClasses(styles.icon, styles[tone], className)} aria-hidden />;
}

/** `brief`: on a narrow screen the word is left to the ears. */
export function Status({ status, brief }: { readonly status: string; readonly brief?: boolean }) {
  const styles = useStyles();
  return (
    <span className={styles.root} title={brief ? statusText(status) : undefined}>
      <StatusMark status={status} />
      <span className={mergeClasses(brief && styles.brief)}>{statusText(status)}</span>
    </span>
  );
}
