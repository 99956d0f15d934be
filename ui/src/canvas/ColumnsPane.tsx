// The left pane: columns of a dataset with check boxes, and the path of the one that is lit.
import {
  Button,
  Checkbox,
  Input,
  makeStyles,
  mergeClasses,
  Select,
  Switch,
  Text,
  tokens,
  Tooltip,
} from "@fluentui/react-components";
import { Dismiss20Regular, FilterRegular } from "@fluentui/react-icons";
import { type RefObject, useState } from "react";
import { useSchema } from "../client/queries";
import type { LineageNode } from "../client/types";
import type { Match } from "../graph/filter";
import { ALL_ROWS, type Graph, levels, type RowKey, rowKey, splitRow } from "../graph/model";
import { type PathLine, pathLines, type Trace } from "../graph/trace";
import { messages } from "../messages";
import { FamilyIcon } from "../parts/FamilyIcon";
import { Ready } from "../parts/Waiting";

const useStyles = makeStyles({
  root: {
    display: "flex",
    flexDirection: "column",
    height: "100%",
    minHeight: 0,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  head: {
    display: "grid",
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingHorizontalM,
    gridTemplateColumns: "minmax(0, 1fr)",
  },
  title: { display: "flex", alignItems: "center", justifyContent: "space-between" },
  label: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  list: {
    flex: "1 1 200px",
    minHeight: "120px",
    overflowY: "auto",
    listStyleType: "none",
    margin: 0,
    padding: `0 ${tokens.spacingHorizontalXS}`,
  },
  row: {
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
    gap: tokens.spacingHorizontalS,
    borderRadius: tokens.borderRadiusMedium,
    paddingRight: tokens.spacingHorizontalS,
    ":hover": { backgroundColor: tokens.colorSubtleBackgroundHover },
  },
  lit: { backgroundColor: tokens.colorBrandBackground2 },
  type: {
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
    overflow: "hidden",
    textOverflow: "ellipsis",
    maxWidth: "45%",
  },
  match: {
    display: "grid",
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    padding: `0 ${tokens.spacingHorizontalXS}`,
  },
  path: {
    flex: "1 1 220px",
    minHeight: "120px",
    overflowY: "auto",
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    padding: tokens.spacingHorizontalM,
    display: "grid",
    gap: tokens.spacingVerticalXS,
    gridTemplateColumns: "minmax(0, 1fr)",
    alignContent: "start",
  },
  heading: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  subheading: {
    margin: `${tokens.spacingVerticalS} 0 0`,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
  },
  lines: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    display: "grid",
    gap: "3px",
    gridTemplateColumns: "minmax(0, 1fr)",
  },
  line: {
    display: "flex",
    gap: tokens.spacingHorizontalXS,
    alignItems: "flex-start",
    minWidth: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    borderRadius: tokens.borderRadiusSmall,
  },
  change: { paddingLeft: tokens.spacingHorizontalM },
  icon: {
    flexShrink: 0,
    color: tokens.colorNeutralForeground3,
    display: "flex",
    "& svg": { width: "16px", height: "16px" },
  },
  texts: { minWidth: 0, overflowWrap: "anywhere" },
  how: { color: tokens.colorNeutralForeground3, fontStyle: "italic" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase100 },
  quiet: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly graph: Graph;
  readonly pane: string;
  readonly onPane: (id: string) => void;
  readonly chosen: readonly RowKey[];
  readonly onChoose: (row: RowKey) => void;
  readonly onHover: (row: RowKey | null) => void;
  readonly match: Match;
  readonly onMatch: (match: Match) => void;
  readonly indirect: boolean;
  readonly onIndirect: (indirect: boolean) => void;
  readonly trace: Trace | null;
  readonly filterRef: RefObject<HTMLInputElement | null>;
  readonly onClose?: () => void;
}

export function ColumnsPane(props: Props) {
  const {
    graph,
    pane,
    onPane,
    chosen,
    onChoose,
    onHover,
    match,
    onMatch,
    indirect,
    onIndirect,
    trace,
    filterRef,
    onClose,
  } = props;
  const styles = useStyles();
  const [text, setText] = useState("");
  const schema = useSchema(pane);
  return (
    <aside className={styles.root} aria-label={messages.lineage.columns}>
      <div className={styles.head}>
        <div className={styles.title}>
          <label className={styles.label} htmlFor="columns-of">
            {messages.lineage.columnsOf}
          </label>
          {onClose && (
            <Button
              size="small"
              appearance="subtle"
              icon={<Dismiss20Regular />}
              aria-label={messages.close}
              onClick={onClose}
            />
          )}
        </div>
        <Select id="columns-of" value={pane} onChange={(_, data) => onPane(data.value)}>
          {datasets(graph, pane).map((node) => (
            <option key={node.id} value={node.id}>
              {node.name}
            </option>
          ))}
        </Select>
        <Input
          ref={filterRef}
          size="small"
          contentBefore={<FilterRegular aria-hidden />}
          placeholder={messages.lineage.filter}
          aria-label={messages.lineage.filter}
          value={text}
          onChange={(_, data) => setText(data.value)}
        />
      </div>
      <Ready query={schema}>
        {({ columns }) => {
          const shown = columns.filter((column) => column.name.toLowerCase().includes(text.trim().toLowerCase()));
          return (
            <ul className={styles.list}>
              {shown.length === 0 && (
                <li className={styles.quiet}>
                  {columns.length === 0 ? messages.lineage.noColumns : messages.lineage.noColumnMatches}
                </li>
              )}
              {shown.map((column) => {
                const key = rowKey(pane, column.name);
                return (
                  <li
                    key={column.name}
                    className={mergeClasses(styles.row, trace?.rows.has(key) && styles.lit)}
                    onMouseEnter={() => onHover(key)}
                    onMouseLeave={() => onHover(null)}
                    onFocus={() => onHover(key)}
                    onBlur={() => onHover(null)}
                  >
                    <Checkbox label={column.name} checked={chosen.includes(key)} onChange={() => onChoose(key)} />
                    <span className={styles.type} title={column.type}>
                      {column.type}
                    </span>
                  </li>
                );
              })}
            </ul>
          );
        }}
      </Ready>
      <div className={styles.match}>
        <Tooltip content={messages.lineage.indirectHint} relationship="description">
          <Switch
            label={messages.lineage.indirect}
            checked={indirect}
            onChange={(_, data) => onIndirect(data.checked)}
          />
        </Tooltip>
        <Tooltip content={messages.lineage.matchHint} relationship="description">
          <Switch
            label={messages.lineage.match}
            checked={match === "all"}
            disabled={chosen.length < 2}
            onChange={(_, data) => onMatch(data.checked ? "all" : "any")}
          />
        </Tooltip>
      </div>
      <Path graph={graph} trace={trace} onHover={onHover} />
    </aside>
  );
}

function Path({ graph, trace, onHover }: Pick<Props, "graph" | "trace" | "onHover">) {
  const styles = useStyles();
  if (!trace)
    return (
      <section className={styles.path}>
        <Text className={styles.quiet}>{messages.lineage.pathHint}</Text>
      </section>
    );
  const { value, deciding } = pathLines(graph, trace);
  return (
    <section
      className={styles.path}
      aria-label={messages.lineage.pathOf(splitRow(trace.start).column)}
      aria-live="polite"
      tabIndex={0}
      data-testid="path"
    >
      <h2 className={styles.heading}>{messages.lineage.pathOf(splitRow(trace.start).column)}</h2>
      {value.length + deciding.length <= 1 && <Text className={styles.quiet}>{messages.lineage.pathNone}</Text>}
      <Lines graph={graph} lines={value} label={messages.lineage.valueFrom} onHover={onHover} />
      {deciding.length > 0 && (
        <>
          <h3 className={styles.subheading}>{messages.lineage.decidedBy}</h3>
          <Lines graph={graph} lines={deciding} label={messages.lineage.decidedBy} onHover={onHover} />
        </>
      )}
    </section>
  );
}

interface LinesProps extends Pick<Props, "graph" | "onHover"> {
  readonly lines: readonly PathLine[];
  readonly label: string;
}

function Lines({ graph, lines, label, onHover }: LinesProps) {
  const styles = useStyles();
  return (
    <ol className={styles.lines} aria-label={label}>
      {lines.map((line) => {
        const node = graph.nodes.get(line.node);
        return (
          <li
            key={line.id}
            className={mergeClasses(styles.line, line.kind === "change" && styles.change)}
            onMouseEnter={() => line.kind === "dataset" && onHover(line.row)}
            onMouseLeave={() => onHover(null)}
            title={node?.name}
          >
            <span className={styles.icon}>
              <FamilyIcon family={node?.family ?? "dataset"} />
            </span>
            <span className={styles.texts}>
              {line.kind === "dataset" ? (
                <>
                  {node?.name}.<strong>{line.column}</strong>
                </>
              ) : (
                <Change line={line} />
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function Change({ line }: { readonly line: PathLine }) {
  const styles = useStyles();
  const how = messages.subtype[line.subtype] ?? line.subtype.toLowerCase();
  const what = line.expression || (line.column === ALL_ROWS ? "" : line.column);
  return (
    <>
      {"→ "}
      {what && <span className={styles.code}>{what} </span>}
      <span className={styles.how}>{line.indirect ? `${how}, ${messages.indirect}` : how}</span>
    </>
  );
}

/** The datasets in view from upstream to downstream, and the one whose columns are shown. */
function datasets(graph: Graph, pane: string): readonly LineageNode[] {
  const level = levels(graph);
  const found = [...graph.nodes.values()].filter((node) => node.kind === "dataset");
  found.sort((a, b) => (level.get(a.id) ?? 0) - (level.get(b.id) ?? 0) || a.name.localeCompare(b.name));
  const here = graph.nodes.get(pane);
  return here && !found.includes(here) ? [here, ...found] : found;
}
