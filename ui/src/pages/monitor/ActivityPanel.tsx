// What became of an activity's lineage, and the activity's input and output.
import {
  Button,
  Drawer,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ArrowClockwiseRegular, Dismiss24Regular, FlowRegular } from "@fluentui/react-icons";
import type { KeyboardEvent } from "react";
import { useNavigate } from "react-router";
import { useActivity, useRetry } from "../../client/queries";
import type { ActivityDetail, LineageReport } from "../../client/types";
import { ApiError } from "../../client/api";
import { links } from "../../links";
import { messages, number } from "../../messages";
import { JsonView } from "../../parts/JsonView";
import { Status } from "../../parts/Status";
import { Ready } from "../../parts/Waiting";
import { duration } from "../../time";
import { usePageStyles } from "../layout";

const useStyles = makeStyles({
  panel: { width: "min(560px, 100vw)" },
  body: {
    display: "grid",
    gap: tokens.spacingVerticalL,
    gridTemplateColumns: "minmax(0, 1fr)",
    alignContent: "start",
    paddingBottom: tokens.spacingVerticalXXL,
  },
  section: { display: "grid", gap: tokens.spacingVerticalS, gridTemplateColumns: "minmax(0, 1fr)" },
  facts: {
    display: "grid",
    gridTemplateColumns: "max-content minmax(0, 1fr)",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    margin: 0,
  },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0, overflowWrap: "anywhere" },
});

interface Props {
  readonly activityRunId: string;
  readonly runId: string;
  readonly close: () => void;
}

export function ActivityPanel({ activityRunId, runId, close }: Props) {
  const styles = useStyles();
  const query = useActivity(activityRunId);
  return (
    <Drawer
      open
      position="end"
      modalType="non-modal"
      className={styles.panel}
      onOpenChange={(_, data) => !data.open && close()}
      onKeyDown={(event: KeyboardEvent) => event.key === "Escape" && close()}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button appearance="subtle" aria-label={messages.close} icon={<Dismiss24Regular />} onClick={close} />
          }
        >
          {query.data ? query.data.activity.name : messages.monitor.activity}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <Ready query={query}>{(detail) => <Content detail={detail} runId={runId} />}</Ready>
      </DrawerBody>
    </Drawer>
  );
}

function Content({ detail, runId }: { readonly detail: ActivityDetail; readonly runId: string }) {
  const page = usePageStyles();
  const styles = useStyles();
  return (
    <div className={styles.body}>
      {detail.activity.error && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{detail.activity.error}</MessageBarBody>
        </MessageBar>
      )}
      <section className={styles.section} aria-labelledby="lineage-status">
        <h2 id="lineage-status" className={page.heading}>
          {messages.monitor.lineageStatus}
        </h2>
        <Report report={detail.activity.lineage} activityRunId={detail.activity.activityRunId} runId={runId} />
      </section>
      <section className={styles.section} aria-labelledby="output">
        <h2 id="output" className={page.heading}>
          {messages.monitor.output}
        </h2>
        <JsonView text={detail.output} label={messages.monitor.output} />
      </section>
      <section className={styles.section} aria-labelledby="input">
        <h2 id="input" className={page.heading}>
          {messages.monitor.input}
        </h2>
        <JsonView text={detail.input} label={messages.monitor.input} />
      </section>
    </div>
  );
}

const UNSENT: ReadonlySet<string> = new Set(["Failed", "Pending"]);

interface ReportProps {
  readonly report: LineageReport;
  readonly activityRunId: string;
  readonly runId: string;
}

function Report({ report, activityRunId, runId }: ReportProps) {
  const page = usePageStyles();
  const styles = useStyles();
  const navigate = useNavigate();
  const retry = useRetry(activityRunId, runId);
  const facts: readonly (readonly [string, string])[] = [
    [messages.monitor.reason, report.reason],
    [messages.monitor.cure, report.cure],
    [messages.monitor.attempts, report.attempts ? number(report.attempts) : ""],
    [messages.monitor.entities, report.entities ? number(report.entities) : ""],
    [messages.monitor.relationships, report.relationships ? number(report.relationships) : ""],
    [messages.monitor.took, report.durationMs == null ? "" : duration(report.durationMs)],
  ];
  return (
    <>
      <Status status={report.status} />
      <dl className={styles.facts}>
        {facts
          .filter(([, value]) => value)
          .map(([term, value]) => [
            <dt key={term} className={styles.term}>
              {term}
            </dt>,
            <dd key={`${term}v`} className={styles.value}>
              {value}
            </dd>,
          ])}
      </dl>
      {retry.error instanceof ApiError && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{`${retry.error.message}. ${retry.error.cure}`}</MessageBarBody>
        </MessageBar>
      )}
      {retry.isSuccess && report.status === "Pending" && <Text>{messages.monitor.sent}</Text>}
      {UNSENT.has(report.status) && !report.canRetry && <Text className={page.quiet}>{messages.monitor.noCurate}</Text>}
      <div className={page.row}>
        {report.shownAt?.guid && (
          <Button
            icon={<FlowRegular />}
            onClick={() => void navigate(links.asset(report.shownAt?.guid ?? "", "lineage"))}
          >
            {messages.monitor.openLineage}
          </Button>
        )}
        {report.canRetry && (
          <Button icon={<ArrowClockwiseRegular />} disabled={retry.isPending} onClick={() => retry.mutate()}>
            {messages.monitor.sendAgain}
          </Button>
        )}
      </div>
    </>
  );
}
