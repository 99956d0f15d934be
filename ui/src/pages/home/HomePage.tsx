// Home: search large in the middle, tiles by source and collection, what ran, and lineage that has not arrived.
import { Link, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { CheckmarkCircleRegular, DatabaseSearchRegular } from "@fluentui/react-icons";
import { useHref, useNavigate } from "react-router";
import { useHome } from "../../client/queries";
import type { Home, RunRow, WaitingFact } from "../../client/types";
import { SearchBox } from "../../frame/SearchBox";
import { links } from "../../links";
import { messages, number } from "../../messages";
import { FamilyIcon } from "../../parts/FamilyIcon";
import { LineageBadge } from "../../parts/LineageBadge";
import { NavLinkText } from "../../parts/NavLinkText";
import { Rows } from "../../parts/Rows";
import { Status } from "../../parts/Status";
import { Empty, Ready } from "../../parts/Waiting";
import { ago, duration, exactly } from "../../time";
import { MEDIUM, usePageStyles } from "../layout";

const useStyles = makeStyles({
  hero: {
    display: "grid",
    justifyItems: "center",
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalXXXL} 0 ${tokens.spacingVerticalL}`,
    textAlign: "center",
  },
  search: { width: "min(640px, 100%)" },
  section: {
    display: "grid",
    gap: tokens.spacingVerticalM,
    gridTemplateColumns: "minmax(0, 1fr)",
    alignContent: "start",
  },
  tileName: { minWidth: 0, flexGrow: 1, overflowWrap: "anywhere" },
  icon: { color: tokens.colorBrandForeground1, display: "flex" },
  columns: {
    display: "grid",
    gap: tokens.spacingHorizontalXL,
    gridTemplateColumns: "minmax(0, 2fr) minmax(0, 1fr)",
    alignItems: "start",
    [MEDIUM]: { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  facts: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: tokens.spacingVerticalM },
  fact: { display: "grid", gap: "2px" },
  summary: { margin: `0 0 ${tokens.spacingVerticalS}` },
  fine: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    color: tokens.colorNeutralForeground2,
  },
});

export function HomePage() {
  const page = usePageStyles();
  const styles = useStyles();
  const home = useHome();
  return (
    <div className={page.page}>
      <div className={styles.hero}>
        <h1 className={page.title}>{messages.home.title}</h1>
        <div className={styles.search}>
          <SearchBox large shortcut />
        </div>
        {home.data && <Text className={page.quiet}>{messages.home.assets(home.data.assets)}</Text>}
      </div>
      <Ready query={home}>{(answer) => <Content home={answer} />}</Ready>
    </div>
  );
}

function Content({ home }: { readonly home: Home }) {
  const page = usePageStyles();
  const styles = useStyles();
  return (
    <>
      {home.assets === 0 ? (
        <Empty
          icon={<DatabaseSearchRegular fontSize={32} />}
          title={messages.home.empty}
          next={messages.home.emptyNext}
          command={messages.home.emptyCommand}
        />
      ) : (
        <>
          <section className={styles.section} aria-labelledby="sources">
            <h2 id="sources" className={page.heading}>
              {messages.home.sources}
            </h2>
            <div className={page.tiles}>
              {home.sources.map((tile) => (
                <Tile key={tile.key} tile={tile} to={links.browse(tile.key)} />
              ))}
            </div>
          </section>
          <section className={styles.section} aria-labelledby="collections">
            <h2 id="collections" className={page.heading}>
              {messages.home.collections}
            </h2>
            <div className={page.tiles}>
              {home.collections.map((tile) => (
                <Tile key={tile.key} tile={tile} to={links.search("*", { collection: tile.key })} />
              ))}
            </div>
          </section>
        </>
      )}
      <div className={styles.columns}>
        <section className={styles.section} aria-labelledby="recent">
          <div className={page.spread}>
            <h2 id="recent" className={page.heading}>
              {messages.home.recent}
            </h2>
            <NavLinkText to={links.runs}>{messages.home.allRuns}</NavLinkText>
          </div>
          <div className={mergeClasses(page.card, page.flush)}>
            {home.recent.length === 0 ? (
              <Empty title={messages.home.noRuns} next={messages.home.noRunsNext} />
            ) : (
              <Recent runs={home.recent} />
            )}
          </div>
        </section>
        <section className={styles.section} aria-labelledby="waiting">
          <h2 id="waiting" className={page.heading}>
            {messages.home.lineage}
          </h2>
          <div className={page.card}>
            <Waiting home={home} />
          </div>
        </section>
      </div>
    </>
  );
}

function Tile({ tile: { label, count, family }, to }: { readonly tile: Home["sources"][number]; readonly to: string }) {
  const page = usePageStyles();
  const styles = useStyles();
  const navigate = useNavigate();
  return (
    <Link
      href={useHref(to)}
      className={page.tile}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey) return;
        event.preventDefault();
        void navigate(to);
      }}
    >
      <span className={styles.icon}>
        <FamilyIcon family={family} />
      </span>
      <span className={styles.tileName}>{label}</span>
      <Text weight="semibold" className={page.number}>
        {number(count)}
      </Text>
    </Link>
  );
}

function Recent({ runs }: { readonly runs: readonly RunRow[] }) {
  return (
    <Rows
      caption={messages.home.recent}
      rows={runs}
      id={(run) => run.runId}
      columns={[
        {
          key: "pipeline",
          head: messages.monitor.pipeline,
          cell: (run) => <NavLinkText to={links.run(run.runId)}>{run.pipeline}</NavLinkText>,
        },
        { key: "workspace", head: messages.monitor.workspace, cell: (run) => run.workspace, spare: true },
        { key: "status", head: messages.monitor.status, cell: (run) => <Status status={run.status} brief /> },
        { key: "lineage", head: messages.monitor.lineage, cell: (run) => <LineageBadge run={run} /> },
        {
          key: "when",
          head: messages.monitor.started,
          cell: (run) => <span title={exactly(run.startedAt)}>{ago(run.startedAt)}</span>,
          spare: true,
        },
        {
          key: "took",
          head: messages.monitor.duration,
          cell: (run) => duration(run.durationMs),
          end: true,
          spare: true,
        },
      ]}
    />
  );
}

function Waiting({ home }: { readonly home: Home }) {
  const page = usePageStyles();
  const styles = useStyles();
  if (home.waiting.length === 0 && home.pending === 0)
    return (
      <span className={styles.fine}>
        <CheckmarkCircleRegular fontSize={20} aria-hidden />
        {messages.home.allArrived}
      </span>
    );
  return (
    <>
      <p className={mergeClasses(page.quiet, styles.summary)}>
        {[home.pending > 0 && messages.home.pending(home.pending), home.failed > 0 && messages.home.failed(home.failed)]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <ul className={styles.facts}>
        {home.waiting.map((fact) => (
          <Fact key={fact.activityRunId} fact={fact} />
        ))}
      </ul>
    </>
  );
}

function Fact({ fact }: { readonly fact: WaitingFact }) {
  const page = usePageStyles();
  const styles = useStyles();
  return (
    <li className={styles.fact}>
      <span className={page.spread}>
        <NavLinkText
          to={links.run(fact.runId, fact.activityRunId)}
        >{`${fact.pipeline} › ${fact.activity}`}</NavLinkText>
        <Status status={fact.status} />
      </span>
      {fact.reason && <span className={page.small}>{fact.reason}</span>}
    </li>
  );
}
