// A run: its activities as rows of a Gantt chart, and a panel for the one that was asked about.
import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useSearchParams, useParams } from "react-router";
import { useRun } from "../../client/queries";
import type { ActivityRow, RunDetail } from "../../client/types";
import { links } from "../../links";
import { messages } from "../../messages";
import { Copyable } from "../../parts/Copyable";
import { Crumbs } from "../../parts/Crumbs";
import { FamilyIcon } from "../../parts/FamilyIcon";
import { type Column, Rows } from "../../parts/Rows";
import { Status, StatusMark, statusText } from "../../parts/Status";
import { Empty, Ready } from "../../parts/Waiting";
import { count, duration, exactly } from "../../time";
import { usePageStyles } from "../layout";
import { ActivityPanel } from "./ActivityPanel";
import { Bar, span } from "./Gantt";

const useStyles = makeStyles({
  facts: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalXL}`,
    color: tokens.colorNeutralForeground2,
  },
  name: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalS, textAlign: "left", minWidth: 0 },
  error: {
    color: tokens.colorStatusDangerForeground1,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    maxWidth: "420px",
    overflowWrap: "anywhere",
  },
  link: { padding: 0, minWidth: 0, justifyContent: "flex-start", fontWeight: tokens.fontWeightSemibold },
  lineage: { whiteSpace: "nowrap" },
  parameters: { display: "flex", flexWrap: "wrap", gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}` },
});

export function RunPage() {
  const page = usePageStyles();
  const { runId = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const query = useRun(runId);
  const chosen = search.get("activity");
  const choose = (id: string | null) => setSearch(id ? { activity: id } : {}, { replace: chosen !== null });
  return (
    <div className={page.page}>
      <Ready query={query}>
        {(detail) => (
          <>
            <Head detail={detail} />
            <Activities detail={detail} chosen={chosen} choose={choose} />
            {chosen && <ActivityPanel key={chosen} activityRunId={chosen} runId={runId} close={() => choose(null)} />}
          </>
        )}
      </Ready>
    </div>
  );
}

function Head({ detail: { run, parameters } }: { readonly detail: RunDetail }) {
  const page = usePageStyles();
  const styles = useStyles();
  const steps = [
    { name: messages.monitor.title, to: links.runs },
    { name: run.workspace, to: `${links.runs}?workspace=${encodeURIComponent(run.workspace)}` },
    { name: run.pipeline, to: null },
  ];
  const given = Object.entries(parameters);
  return (
    <>
      <Crumbs steps={steps} label={messages.monitor.title} />
      <div className={page.row}>
        <h1 className={page.title}>{run.pipeline}</h1>
        <Status status={run.status} />
      </div>
      <div className={styles.facts}>
        <span>{exactly(run.startedAt)}</span>
        <span>{duration(run.durationMs)}</span>
        <span>{`${messages.monitor.trigger} ${run.triggeredBy}`}</span>
        <Copyable text={run.runId} />
      </div>
      {run.message && <Text className={styles.error}>{run.message}</Text>}
      {given.length > 0 && (
        <div className={styles.parameters} aria-label={messages.monitor.parameters}>
          {given.map(([name, value]) => (
            <Text key={name} className={page.small}>
              {`${name} = ${value}`}
            </Text>
          ))}
        </div>
      )}
    </>
  );
}

interface ActivitiesProps {
  readonly detail: RunDetail;
  readonly chosen: string | null;
  readonly choose: (id: string) => void;
}

function Activities({ detail, chosen, choose }: ActivitiesProps) {
  const page = usePageStyles();
  const styles = useStyles();
  const whole = span(detail);
  if (detail.activities.length === 0)
    return <Empty title={messages.monitor.activities} next={messages.monitor.noActivities} />;
  const columns: readonly Column<ActivityRow>[] = [
    {
      key: "activity",
      head: messages.monitor.activity,
      cell: (row) => (
        <span className={styles.name}>
          <FamilyIcon family={row.family} />
          <span>
            <Button appearance="transparent" className={styles.link} onClick={() => choose(row.activityRunId)}>
              {row.name}
            </Button>
            {(row.iteration || row.attempt > 1) && (
              <Text block className={page.small}>
                {[row.iteration, row.attempt > 1 && messages.monitor.attempt(row.attempt)].filter(Boolean).join(" · ")}
              </Text>
            )}
            {row.error && (
              <Text block className={styles.error}>
                {row.error}
              </Text>
            )}
          </span>
        </span>
      ),
    },
    { key: "bar", head: messages.monitor.duration, cell: (row) => <Bar row={row} whole={whole} />, spare: true },
    { key: "status", head: messages.monitor.status, cell: (row) => <Status status={row.status} brief /> },
    {
      key: "read",
      head: `${messages.monitor.rows} ${messages.monitor.read}`,
      cell: (row) => count(row.rowsRead),
      end: true,
      spare: true,
    },
    {
      key: "written",
      head: `${messages.monitor.rows} ${messages.monitor.written}`,
      cell: (row) => count(row.rowsWritten),
      end: true,
      spare: true,
    },
    {
      key: "lineage",
      head: messages.monitor.lineageStatus,
      cell: (row) =>
        row.movesData ? (
          <Button
            size="small"
            className={styles.lineage}
            aria-label={`${messages.monitor.lineageOf(row.name)}: ${statusText(row.lineage.status)}`}
            icon={<StatusMark status={row.lineage.status} />}
            onClick={() => choose(row.activityRunId)}
          >
            {statusText(row.lineage.status)}
          </Button>
        ) : (
          messages.unknown
        ),
    },
  ];
  return (
    <div className={mergeClasses(page.card, page.flush)}>
      <Rows
        caption={messages.monitor.activities}
        rows={detail.activities}
        id={(row) => row.activityRunId}
        chosen={chosen}
        columns={columns}
      />
    </div>
  );
}
