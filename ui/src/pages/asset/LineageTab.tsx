// The lineage tab: its state is the address; this page asks for it, filters it, and hands it to canvas or table.
import { Button, makeStyles, mergeClasses, Spinner, tokens } from "@fluentui/react-components";
import { FlowRegular } from "@fluentui/react-icons";
import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { type Actions, ShownContext } from "../../canvas/actions";
import { Canvas } from "../../canvas/Canvas";
import { ColumnsPane } from "../../canvas/ColumnsPane";
import { LineageTable } from "../../canvas/LineageTable";
import { type MenuActions, NodeMenu } from "../../canvas/NodeMenu";
import { Toolbar } from "../../canvas/Toolbar";
import { startLayout, useLayout } from "../../canvas/useLayout";
import { useLineage } from "../../client/queries";
import type { LineageView } from "../../client/types";
import { filter } from "../../graph/filter";
import { type Graph, graphFrom, type RowKey, splitRow, unfoldedIn } from "../../graph/model";
import { readState, START, type TabState, toggled, writeState } from "../../graph/state";
import { trace } from "../../graph/trace";
import { links } from "../../links";
import { messages } from "../../messages";
import { Bones, Empty, Ready, Trouble } from "../../parts/Waiting";
import { exactly as moment } from "../../time";
import { NARROW } from "../layout";
import { useAssetOfPage } from "./AssetPage";

const DrawDialog = lazy(() => import("./DrawDialog"));

const useStyles = makeStyles({
  root: {
    display: "flex",
    flexGrow: 1,
    minHeight: 0,
    position: "relative",
    backgroundColor: tokens.colorNeutralBackground2,
  },
  pane: {
    width: "264px",
    flexShrink: 0,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    [NARROW]: { position: "absolute", inset: 0, width: "auto", zIndex: 15 },
  },
  main: { display: "flex", flexDirection: "column", flexGrow: 1, minWidth: 0 },
  stage: { position: "relative", flexGrow: 1, minHeight: "240px" },
  busy: { position: "absolute", top: tokens.spacingVerticalS, right: tokens.spacingHorizontalM, zIndex: 10 },
});

export default function LineageTab() {
  const asset = useAssetOfPage();
  const [drawing, setDrawing] = useState(false);
  const mayDraw = asset.kind === "dataset" && asset.annotations.canEdit;
  return (
    <>
      <TabOf key={asset.lineageGuid} guid={asset.lineageGuid} onDraw={mayDraw ? () => setDrawing(true) : undefined} />
      {drawing && (
        <Suspense>
          <DrawDialog asset={asset} onClose={() => setDrawing(false)} />
        </Suspense>
      )}
    </>
  );
}

/** The tab's state: read from the address when the tab opens, written to it at every change. */
function useTabState(): [TabState, (part: Partial<TabState>) => void] {
  const [search, setSearch] = useSearchParams();
  const [state, setState] = useState(() => readState(search));
  const change = useCallback((part: Partial<TabState>) => setState((before) => ({ ...before, ...part })), []);
  const written = writeState(state).toString();
  useEffect(() => {
    if (written !== writeState(readState(search)).toString())
      setSearch(new URLSearchParams(written), { replace: true });
    // Only a change of the state writes; the address of the tab changes by nothing else.
  }, [written]);
  return [state, change];
}

/** `onDraw` opens the form for lineage by hand, where the viewer may draw. */
function TabOf({ guid, onDraw }: { readonly guid: string; readonly onDraw: (() => void) | undefined }) {
  const [state, change] = useTabState();
  useEffect(startLayout, []);
  const query = useLineage({
    guid,
    depth: state.depth,
    column: state.chosen,
    unfold: state.unfolded,
    expand: state.expanded,
    indirect: state.indirect,
    asOf: state.asOf ?? undefined,
  });
  return (
    <Ready query={query} bones={<Bones lines={8} />}>
      {(view) =>
        view.edges.length === 0 ? (
          <Empty
            icon={<FlowRegular fontSize={32} />}
            title={state.asOf ? messages.lineage.noneThen(moment(state.asOf)) : messages.asset.noLineage}
            next={state.asOf ? messages.lineage.noneThenNext : messages.asset.noLineageNext}
            command={state.asOf ? undefined : messages.asset.noRunsCommand}
            action={
              state.asOf ? (
                <Button onClick={() => change({ asOf: null })}>{messages.lineage.asOfNow}</Button>
              ) : (
                onDraw && <Button onClick={onDraw}>{messages.asset.draw.open}</Button>
              )
            }
          />
        ) : (
          <ReactFlowProvider>
            <Tab view={view} state={state} change={change} busy={query.isPlaceholderData} onDraw={onDraw} />
          </ReactFlowProvider>
        )
      }
    </Ready>
  );
}

interface TabProps {
  readonly view: LineageView;
  readonly state: TabState;
  readonly change: (part: Partial<TabState>) => void;
  readonly busy: boolean;
  readonly onDraw: (() => void) | undefined;
}

const isNarrow = () => matchMedia(NARROW.replace("@media ", "")).matches;

function Tab({ view, state, change, busy, onDraw }: TabProps) {
  const styles = useStyles();
  const stage = useRef<HTMLDivElement>(null);
  const filterBox = useRef<HTMLInputElement>(null);
  const [again, setAgain] = useState(0);
  const [find, setFind] = useState("");
  const [withMap, setWithMap] = useState(() => !isNarrow());
  const [withPane, setWithPane] = useState(() => !isNarrow());
  const [hovered, setHovered] = useState<RowKey | null>(null);
  const [pinned, setPinned] = useState<RowKey | null>(null);
  const [current, setCurrent] = useState(view.focus);
  const [menu, setMenu] = useState<{ id: string; target: HTMLElement } | null>(null);

  const whole = useMemo(() => graphFrom(view), [view]);
  const kept = useMemo(
    () => filter(whole, { hidden: new Set(state.hidden), chosen: state.chosen, match: state.match }),
    [whole, state.hidden, state.chosen, state.match],
  );
  const { laid, error } = useLayout(kept.graph, again);
  const graph = laid?.graph ?? kept.graph;
  const lit = litRow(graph, hovered, pinned, state.chosen);
  const path = useMemo(() => (lit ? trace(graph, lit) : null), [graph, lit]);
  const found = useMemo(() => matching(graph, find), [graph, find]);
  const pane = state.pane && graph.nodes.has(state.pane) ? state.pane : paneOf(graph);

  const showColumns = useCallback(() => {
    setWithPane(true);
    requestAnimationFrame(() => filterBox.current?.focus());
  }, []);
  const menuActions = useMenuActions(state, change, showColumns);
  const actions = useMemo<Actions>(
    () => ({
      menu: (id, target) => {
        setCurrent(id);
        setMenu({ id, target });
      },
      hover: setHovered,
      pin: (row) => setPinned((before) => (before === row ? null : row)),
      expand: menuActions.expand,
      columnsOf: menuActions.columnsOf,
      fold: menuActions.fold,
    }),
    [menuActions],
  );
  const shown = useMemo(
    () => ({ graph, trace: path, current, found, actions }),
    [graph, path, current, found, actions],
  );
  const chosenNode = menu ? graph.nodes.get(menu.id) : undefined;
  return (
    <ShownContext.Provider value={shown}>
      <div className={styles.root}>
        {withPane && (
          <div className={styles.pane}>
            <ColumnsPane
              graph={graph}
              pane={pane}
              onPane={(id) => change({ pane: id })}
              chosen={state.chosen}
              onChoose={(row) => change({ chosen: toggled(state.chosen, row) })}
              onHover={setHovered}
              match={state.match}
              onMatch={(match) => change({ match })}
              indirect={state.indirect}
              onIndirect={(indirect) => change({ indirect })}
              trace={path}
              filterRef={filterBox}
              onClose={isNarrow() ? () => setWithPane(false) : undefined}
            />
          </div>
        )}
        <div className={styles.main}>
          <Toolbar
            state={state}
            find={find}
            onFind={setFind}
            onDepth={(depth) => change({ depth })}
            onDraw={onDraw}
            onAsOf={(asOf) => change({ asOf })}
            onAlign={() => setAgain((count) => count + 1)}
            onReset={() => {
              setPinned(null);
              setFind("");
              setAgain((count) => count + 1);
              change({ ...START, view: state.view });
            }}
            onFull={() => void stage.current?.requestFullscreen?.()}
            onTable={() => change({ view: state.view === "canvas" ? "table" : "canvas" })}
            onColumns={() => setWithPane((before) => !before)}
            withColumns={withPane}
            withMap={withMap}
            onMap={() => setWithMap((before) => !before)}
            hiddenByHand={kept.hiddenByHand}
            hiddenByColumns={kept.hiddenByColumns}
            onShowHidden={() => change({ hidden: [] })}
          />
          <div className={mergeClasses(styles.stage)} ref={stage}>
            {error !== null && <Trouble error={error} retry={() => setAgain((count) => count + 1)} />}
            {state.view === "table" ? (
              <LineageTable graph={kept.graph} />
            ) : laid ? (
              <Canvas
                laid={laid}
                unfolded={state.unfolded}
                current={current}
                onCurrent={setCurrent}
                onColumns={showColumns}
                onClear={() => {
                  setPinned(null);
                  setHovered(null);
                  setFind("");
                }}
                withMap={withMap}
              />
            ) : (
              error === null && <Spinner label={messages.lineage.laying} />
            )}
            {laid !== null && laid.waiting > 0 ? (
              <Spinner size="tiny" className={styles.busy} label={messages.lineage.layingRest(laid.waiting)} />
            ) : (
              busy && <Spinner size="tiny" className={styles.busy} />
            )}
          </div>
        </div>
      </div>
      {menu && chosenNode && (
        <NodeMenu
          node={chosenNode}
          target={menu.target}
          isFocus={chosenNode.id === graph.focus}
          isUnfolded={unfoldedIn(graph).has(chosenNode.id)}
          actions={menuActions}
          close={() => {
            setMenu(null);
            menu.target.focus({ preventScroll: true });
          }}
        />
      )}
    </ShownContext.Provider>
  );
}

function useMenuActions(state: TabState, change: TabProps["change"], showColumns: () => void): MenuActions {
  const navigate = useNavigate();
  const flow = useReactFlow();
  return useMemo<MenuActions>(
    () => ({
      switchTo: (node) => void navigate(links.asset(node.guid, "lineage")),
      open: (node) => void navigate(links.asset(node.guid)),
      openRun: (node) => node.runId && void navigate(links.run(node.runId, node.activityRunId ?? undefined)),
      centre: (node) => void flow.fitView({ nodes: [{ id: node.id }], maxZoom: 1, duration: 240 }),
      expand: (guid, direction) => change({ expanded: [...new Set([...state.expanded, `${guid}~${direction}`])] }),
      hide: (node) => change({ hidden: [...state.hidden, node.id] }),
      columnsOf: (node) => {
        change({ pane: node.id });
        showColumns();
      },
      fold: (guid) => change({ unfolded: toggled(state.unfolded, guid) }),
    }),
    [navigate, flow, change, showColumns, state.expanded, state.hidden, state.unfolded],
  );
}

/** What is lit: what the pointer is on, else what was clicked, else the only column that is chosen. */
function litRow(graph: Graph, hovered: RowKey | null, pinned: RowKey | null, chosen: readonly RowKey[]): RowKey | null {
  const drawn = (row: RowKey | null | undefined): row is RowKey => {
    if (!row) return false;
    const { node, column } = splitRow(row);
    return graph.nodes.get(node)?.columns.some((one) => one.name === column) ?? false;
  };
  if (drawn(hovered)) return hovered;
  if (drawn(pinned)) return pinned;
  const [only] = chosen;
  return chosen.length === 1 && drawn(only) ? only : null;
}

/** The dataset whose columns the pane starts with: the focus, or what the focused process wrote or read. */
function paneOf(graph: Graph): string {
  if (graph.nodes.get(graph.focus)?.kind === "dataset") return graph.focus;
  return graph.downstream.get(graph.focus)?.[0] ?? graph.upstream.get(graph.focus)?.[0] ?? graph.focus;
}

function matching(graph: Graph, text: string): ReadonlySet<string> | null {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return null;
  return new Set(
    [...graph.nodes.values()].filter((node) => node.name.toLowerCase().includes(wanted)).map((node) => node.id),
  );
}
