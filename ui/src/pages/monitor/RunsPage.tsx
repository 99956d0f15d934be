// Monitor: every pipeline run, newest first, with filters in the address.
import { Button, Field, makeStyles, mergeClasses, Select, Text, tokens } from "@fluentui/react-components";
import { PulseRegular } from "@fluentui/react-icons";
import { useSearchParams } from "react-router";
import { useRuns } from "../../client/queries";
import type { RunPage as Answer } from "../../client/types";
import { links } from "../../links";
import { messages } from "../../messages";
import { LineageBadge } from "../../parts/LineageBadge";
import { NavLinkText } from "../../parts/NavLinkText";
import { Rows } from "../../parts/Rows";
import { Status, statusText } from "../../parts/Status";
import { Empty, Ready } from "../../parts/Waiting";
import { ago, duration, exactly } from "../../time";
import { usePageStyles } from "../layout";

const PAGE = 50;

const useStyles = makeStyles({
  filters: { display: "flex", gap: tokens.spacingHorizontalM, flexWrap: "wrap", alignItems: "end" },
  live: {
    display: "inline-flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    color: tokens.colorNeutralForeground2,
  },
  dot: { width: "8px", height: "8px", borderRadius: "50%", backgroundColor: tokens.colorStatusSuccessForeground1 },
});

export function RunsPage() {
  const page = usePageStyles();
  const styles = useStyles();
  const [search, setSearch] = useSearchParams();
  const workspace = search.get("workspace") ?? "";
  const status = search.get("status") ?? "";
  const offset = Number(search.get("offset") ?? 0) || 0;
  const query = useRuns({ workspace, status, offset });
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    if (name !== "offset") next.delete("offset");
    setSearch(next);
  };
  const filtered = Boolean(workspace || status);
  return (
    <div className={page.page}>
      <div className={page.spread}>
        <h1 className={page.title}>{messages.monitor.title}</h1>
        <span className={styles.live}>
          <span className={styles.dot} aria-hidden />
          {messages.monitor.live}
        </span>
      </div>
      <Ready query={query}>
        {(answer) => (
          <>
            <div className={styles.filters}>
              <Choice
                label={messages.monitor.workspace}
                value={workspace}
                values={answer.workspaces}
                onChange={(value) => set("workspace", value)}
              />
              <Choice
                label={messages.monitor.status}
                value={status}
                values={answer.statuses}
                text={statusText}
                onChange={(value) => set("status", value)}
              />
              {filtered && (
                <Button appearance="subtle" onClick={() => setSearch({})}>
                  {messages.monitor.clear}
                </Button>
              )}
            </div>
            <Table answer={answer} filtered={filtered} />
            <div className={page.row}>
              {offset > 0 && <Button onClick={() => set("offset", String(Math.max(0, offset - PAGE) || ""))}>‹</Button>}
              {answer.more && <Button onClick={() => set("offset", String(offset + PAGE))}>{messages.more}</Button>}
            </div>
          </>
        )}
      </Ready>
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly text?: (value: string) => string;
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, values, text = (one) => one, onChange }: ChoiceProps) {
  return (
    <Field label={label}>
      <Select value={value} onChange={(_, data) => onChange(data.value)}>
        <option value="">{messages.monitor.all}</option>
        {values.map((one) => (
          <option key={one} value={one}>
            {text(one)}
          </option>
        ))}
      </Select>
    </Field>
  );
}

function Table({ answer, filtered }: { readonly answer: Answer; readonly filtered: boolean }) {
  const page = usePageStyles();
  if (answer.runs.length === 0)
    return filtered ? (
      <Empty
        icon={<PulseRegular fontSize={32} />}
        title={messages.monitor.noMatch}
        next={messages.monitor.noMatchNext}
      />
    ) : (
      <Empty
        icon={<PulseRegular fontSize={32} />}
        title={messages.monitor.empty}
        next={messages.monitor.emptyNext}
        command={messages.monitor.emptyCommand}
      />
    );
  return (
    <div className={mergeClasses(page.card, page.flush)}>
      <Rows
        caption={messages.monitor.title}
        rows={answer.runs}
        id={(run) => run.runId}
        columns={[
          {
            key: "pipeline",
            head: messages.monitor.pipeline,
            cell: (run) => (
              <NavLinkText to={links.run(run.runId)}>
                <Text weight="semibold">{run.pipeline}</Text>
              </NavLinkText>
            ),
          },
          { key: "workspace", head: messages.monitor.workspace, cell: (run) => run.workspace, spare: true },
          { key: "status", head: messages.monitor.status, cell: (run) => <Status status={run.status} brief /> },
          {
            key: "started",
            head: messages.monitor.started,
            cell: (run) => <span title={exactly(run.startedAt)}>{ago(run.startedAt)}</span>,
            spare: true,
          },
          { key: "duration", head: messages.monitor.duration, cell: (run) => duration(run.durationMs), end: true },
          { key: "trigger", head: messages.monitor.trigger, cell: (run) => run.triggeredBy, spare: true },
          { key: "lineage", head: messages.monitor.lineage, cell: (run) => <LineageBadge run={run} /> },
        ]}
      />
    </div>
  );
}
