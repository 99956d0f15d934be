// The lineage of a whole run in one cell: the worst status, and how many stand there.
import { makeStyles, tokens } from "@fluentui/react-components";
import type { RunRow } from "../client/types";
import { messages } from "../messages";
import { StatusMark } from "./Status";

const useStyles = makeStyles({
  root: {
    display: "inline-flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    whiteSpace: "nowrap",
    verticalAlign: "middle",
  },
});

const WORST_FIRST = [
  ["Failed", "failed"],
  ["Pending", "pending"],
  ["Skipped", "skipped"],
  ["Succeeded", "succeeded"],
  ["NotReported", "notReported"],
] as const;

export function LineageBadge({ run }: { readonly run: RunRow }) {
  const styles = useStyles();
  const worst = WORST_FIRST.find(([, key]) => run.lineage[key] > 0);
  if (!worst) return <span>{messages.unknown}</span>;
  const [status, key] = worst;
  const moving = Object.values(run.lineage).reduce((sum, count) => sum + count, 0);
  const text = messages.lineageState[status] ?? status;
  return (
    <span className={styles.root}>
      <StatusMark status={status} />
      <span>{run.lineage[key] === moving ? text : `${text} ${run.lineage[key]}/${moving}`}</span>
    </span>
  );
}
