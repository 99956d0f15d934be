// Runs: which runs wrote the asset, read it, or were it.
import { mergeClasses } from "@fluentui/react-components";
import { PulseRegular } from "@fluentui/react-icons";
import { useAssetRuns } from "../../client/queries";
import { links } from "../../links";
import { messages } from "../../messages";
import { NavLinkText } from "../../parts/NavLinkText";
import { Rows } from "../../parts/Rows";
import { Status } from "../../parts/Status";
import { Empty, Ready } from "../../parts/Waiting";
import { ago, bytes, count, exactly } from "../../time";
import { usePageStyles } from "../layout";
import { useAssetOfPage } from "./AssetPage";

export function RunsTab() {
  const page = usePageStyles();
  const asset = useAssetOfPage();
  const runs = useAssetRuns(asset.guid);
  return (
    <div className={page.page}>
      <Ready query={runs}>
        {(answer) =>
          answer.runs.length === 0 ? (
            <Empty
              icon={<PulseRegular fontSize={32} />}
              title={messages.asset.noRuns}
              next={messages.asset.noRunsNext}
              command={messages.asset.noRunsCommand}
            />
          ) : (
            <div className={mergeClasses(page.card, page.flush)}>
              <Rows
                caption={messages.asset.tabs.runs}
                rows={answer.runs}
                id={(run) => `${run.operation ?? ""}${run.activityRunId}`}
                columns={[
                  {
                    key: "activity",
                    head: messages.monitor.activity,
                    cell: (run) => (
                      <NavLinkText
                        to={links.run(run.runId, run.activityRunId)}
                      >{`${run.pipeline} › ${run.activity}`}</NavLinkText>
                    ),
                  },
                  { key: "workspace", head: messages.monitor.workspace, cell: (run) => run.workspace, spare: true },
                  {
                    key: "role",
                    head: messages.monitor.role,
                    cell: (run) => messages.asset.role[run.role],
                    spare: true,
                  },
                  { key: "status", head: messages.monitor.status, cell: (run) => <Status status={run.status} /> },
                  {
                    key: "at",
                    head: messages.monitor.started,
                    cell: (run) => <span title={exactly(run.at)}>{ago(run.at)}</span>,
                  },
                  { key: "rows", head: messages.monitor.rows, cell: (run) => count(run.rows), end: true, spare: true },
                  {
                    key: "bytes",
                    head: messages.monitor.size,
                    cell: (run) => bytes(run.bytes),
                    end: true,
                    spare: true,
                  },
                  {
                    key: "lineage",
                    head: messages.monitor.lineage,
                    cell: (run) => <Status status={run.lineage} />,
                    spare: true,
                  },
                ]}
              />
            </div>
          )
        }
      </Ready>
    </div>
  );
}
