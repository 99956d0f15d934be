// A bar that shows when an activity ran within its run.
import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { ActivityRow, RunDetail } from "../../client/types";
import { duration } from "../../time";

export interface Span {
  readonly from: number;
  readonly to: number;
}

const useStyles = makeStyles({
  root: { display: "grid", gap: "2px", minWidth: "180px" },
  track: {
    position: "relative",
    height: "10px",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralBackground4,
  },
  bar: {
    position: "absolute",
    top: 0,
    bottom: 0,
    minWidth: "4px",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorBrandBackground,
  },
  bad: { backgroundColor: tokens.colorStatusDangerForeground1 },
  text: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    fontVariantNumeric: "tabular-nums",
  },
});

const time = (iso: string | null | undefined) => (iso ? new Date(iso).getTime() : Number.NaN);

/** From the first start of anything in the run to its last end, in milliseconds since 1970. */
export function span(detail: RunDetail): Span {
  const starts = [time(detail.run.startedAt), ...detail.activities.map((row) => time(row.startedAt))].filter(
    (at) => !Number.isNaN(at),
  );
  const ends = [time(detail.run.endedAt), ...detail.activities.map((row) => time(row.endedAt))].filter(
    (at) => !Number.isNaN(at),
  );
  const from = Math.min(...starts);
  return { from, to: detail.run.endedAt ? Math.max(from + 1, ...ends) : Math.max(from + 1, Date.now()) };
}

export function Bar({ row, whole }: { readonly row: ActivityRow; readonly whole: Span }) {
  const styles = useStyles();
  const start = time(row.startedAt);
  const end = row.endedAt ? time(row.endedAt) : whole.to;
  const length = whole.to - whole.from;
  const left = Number.isNaN(start) ? 0 : ((start - whole.from) / length) * 100;
  const width = Number.isNaN(start) ? 0 : Math.max(0.5, ((end - start) / length) * 100);
  return (
    <span className={styles.root}>
      <span className={styles.track} aria-hidden>
        <span
          className={mergeClasses(styles.bar, row.status === "Failed" && styles.bad)}
          style={{ left: `${Math.min(98, left)}%`, width: `${Math.min(100 - left, width)}%` }}
        />
      </span>
      <span className={styles.text}>{duration(row.durationMs)}</span>
    </span>
  );
}
