// The three things a page can be before it is one: loading, in trouble, or empty.
import { Button, makeStyles, Skeleton, SkeletonItem, Text, tokens } from "@fluentui/react-components";
import { ArrowClockwiseRegular, ErrorCircle24Regular } from "@fluentui/react-icons";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiError } from "../client/api";
import { messages } from "../messages";
import { Copyable } from "./Copyable";

const useStyles = makeStyles({
  middle: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: tokens.spacingVerticalM,
    textAlign: "center",
    margin: `${tokens.spacingVerticalXXXL} auto`,
    maxWidth: "480px",
    padding: `0 ${tokens.spacingHorizontalL}`,
  },
  icon: { color: tokens.colorNeutralForeground3, display: "flex" },
  bad: { color: tokens.colorStatusDangerForeground1, display: "flex" },
  quiet: { color: tokens.colorNeutralForeground2 },
  bones: { display: "grid", gap: tokens.spacingVerticalM, padding: tokens.spacingVerticalM },
});

export function Bones({ lines = 6 }: { readonly lines?: number }) {
  const styles = useStyles();
  return (
    <Skeleton className={styles.bones} aria-label={messages.loading}>
      {Array.from({ length: lines }, (_, line) => (
        <SkeletonItem key={line} size={line === 0 ? 28 : 20} style={{ width: `${90 - ((line * 17) % 40)}%` }} />
      ))}
    </Skeleton>
  );
}

export function Trouble({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const styles = useStyles();
  const known = error instanceof ApiError ? error : null;
  return (
    <div className={styles.middle} role="alert">
      <span className={styles.bad}>
        <ErrorCircle24Regular aria-hidden />
      </span>
      <Text as="h2" size={400} weight="semibold">
        {known?.message ?? messages.fault.title}
      </Text>
      <Text className={styles.quiet}>{known?.cure ?? String(error)}</Text>
      {retry && (
        <Button icon={<ArrowClockwiseRegular />} onClick={retry}>
          {messages.retry}
        </Button>
      )}
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly next: string;
  readonly command?: string;
  readonly icon?: ReactNode;
  readonly action?: ReactNode;
  /** The whole page, so its title is the page's. */
  readonly whole?: boolean;
}

export function Empty({ title, next, command, icon, action, whole }: EmptyProps) {
  const styles = useStyles();
  return (
    <div className={styles.middle}>
      {icon && <span className={styles.icon}>{icon}</span>}
      <Text as={whole ? "h1" : "h2"} size={400} weight="semibold">
        {title}
      </Text>
      <Text className={styles.quiet}>{next}</Text>
      {command && <Copyable text={command} boxed />}
      {action}
    </div>
  );
}

interface ReadyProps<Answer> {
  readonly query: UseQueryResult<Answer>;
  readonly bones?: ReactNode;
  readonly children: (answer: Answer) => ReactNode;
}

/** Shows the answer; before it bones, and in its place what went wrong with a way to try again. */
export function Ready<Answer>({ query, bones, children }: ReadyProps<Answer>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return bones ?? <Bones />;
}
