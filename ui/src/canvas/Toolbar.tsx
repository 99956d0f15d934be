// The buttons above the drawing.
import {
  Button,
  Input,
  makeStyles,
  Select,
  Text,
  ToggleButton,
  Toolbar as Bar,
  ToolbarDivider,
  tokens,
  Tooltip,
} from "@fluentui/react-components";
import {
  AddRegular,
  AlignLeftRegular,
  ArrowResetRegular,
  ColumnTripleRegular,
  FullScreenMaximizeRegular,
  MapRegular,
  PenRegular,
  SearchRegular,
  SubtractRegular,
  TableRegular,
  ZoomFitRegular,
} from "@fluentui/react-icons";
import { useReactFlow, useViewport } from "@xyflow/react";
import type { ReactElement } from "react";
import { DEPTHS, type TabState } from "../graph/state";
import { messages } from "../messages";
import { localMinute, utcMinute } from "../time";

const useStyles = makeStyles({
  root: {
    display: "flex",
    alignItems: "center",
    flexWrap: "nowrap",
    overflowX: "auto",
    gap: "2px",
    padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalS}`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    minHeight: "40px",
    boxSizing: "border-box",
  },
  zoom: { width: "46px", textAlign: "center", fontVariantNumeric: "tabular-nums", flexShrink: 0 },
  depth: { flexShrink: 0, minWidth: "112px" },
  when: { width: "196px", flexShrink: 0 },
  find: { width: "168px", flexShrink: 0 },
  note: {
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
    paddingLeft: tokens.spacingHorizontalS,
  },
  push: { marginLeft: "auto" },
  fixed: { flexShrink: 0 },
});

interface Props {
  readonly state: TabState;
  readonly find: string;
  readonly onFind: (text: string) => void;
  readonly onDepth: (depth: number) => void;
  readonly onDraw: (() => void) | undefined;
  readonly onAsOf: (moment: string | null) => void;
  readonly onAlign: () => void;
  readonly onReset: () => void;
  readonly onFull: () => void;
  readonly onTable: () => void;
  readonly onColumns: () => void;
  readonly withColumns: boolean;
  readonly withMap: boolean;
  readonly onMap: () => void;
  readonly hiddenByHand: number;
  readonly hiddenByColumns: number;
  readonly onShowHidden: () => void;
}

export function Toolbar(props: Props) {
  const styles = useStyles();
  const { state } = props;
  const drawing = state.view === "canvas";
  return (
    <Bar className={styles.root} aria-label={messages.asset.tabs.lineage}>
      <Tool
        text={messages.lineage.columns}
        icon={<ColumnTripleRegular />}
        pressed={props.withColumns}
        onClick={props.onColumns}
      />
      <ToolbarDivider />
      {drawing && <Zoom />}
      {drawing && (
        <>
          <Tool text={messages.lineage.align} icon={<AlignLeftRegular />} onClick={props.onAlign} />
          <Tool text={messages.lineage.map} icon={<MapRegular />} pressed={props.withMap} onClick={props.onMap} />
          <Tool text={messages.lineage.full} icon={<FullScreenMaximizeRegular />} onClick={props.onFull} />
        </>
      )}
      {props.onDraw && <Tool text={messages.asset.draw.open} icon={<PenRegular />} onClick={props.onDraw} />}
      <Tool text={messages.lineage.reset} icon={<ArrowResetRegular />} onClick={props.onReset} />
      <Tool
        text={drawing ? messages.lineage.table : messages.lineage.canvas}
        icon={<TableRegular />}
        pressed={!drawing}
        onClick={props.onTable}
      />
      <ToolbarDivider />
      <Select
        className={styles.depth}
        size="small"
        aria-label={messages.lineage.depth}
        value={String(state.depth)}
        onChange={(_, data) => props.onDepth(Number(data.value))}
      >
        {[...new Set([...DEPTHS, state.depth])]
          .sort((a, b) => a - b)
          .map((depth) => (
            <option key={depth} value={depth}>
              {messages.lineage.depthOf(depth)}
            </option>
          ))}
      </Select>
      <Input
        className={styles.when}
        size="small"
        type="datetime-local"
        aria-label={messages.lineage.asOf}
        title={messages.lineage.asOf}
        value={localMinute(state.asOf)}
        onChange={(_, data) => props.onAsOf(utcMinute(data.value))}
      />
      {state.asOf && (
        <Button className={styles.fixed} size="small" appearance="subtle" onClick={() => props.onAsOf(null)}>
          {messages.lineage.asOfNow}
        </Button>
      )}
      {props.hiddenByHand > 0 && (
        <Button className={styles.fixed} size="small" appearance="subtle" onClick={props.onShowHidden}>
          {`${messages.lineage.hidden(props.hiddenByHand)} · ${messages.lineage.show}`}
        </Button>
      )}
      {props.hiddenByColumns > 0 && (
        <Text
          className={styles.note}
        >{`${messages.lineage.filtered(props.hiddenByColumns)}: ${messages.lineage.hidden(props.hiddenByColumns)}`}</Text>
      )}
      <span className={styles.push} />
      <Input
        className={styles.find}
        size="small"
        contentBefore={<SearchRegular aria-hidden />}
        placeholder={messages.lineage.find}
        aria-label={messages.lineage.find}
        value={props.find}
        onChange={(_, data) => props.onFind(data.value)}
      />
    </Bar>
  );
}

interface ToolProps {
  readonly text: string;
  readonly icon: ReactElement;
  readonly onClick: () => void;
  readonly pressed?: boolean;
}

function Tool({ text, icon, onClick, pressed }: ToolProps) {
  const styles = useStyles();
  return (
    <Tooltip content={text} relationship="label">
      {pressed === undefined ? (
        <Button className={styles.fixed} size="small" appearance="subtle" icon={icon} onClick={onClick} />
      ) : (
        <ToggleButton
          className={styles.fixed}
          size="small"
          appearance="subtle"
          icon={icon}
          checked={pressed}
          onClick={onClick}
        />
      )}
    </Tooltip>
  );
}

function Zoom() {
  const styles = useStyles();
  const flow = useReactFlow();
  const { zoom } = useViewport();
  return (
    <>
      <Tool
        text={messages.lineage.fit}
        icon={<ZoomFitRegular />}
        onClick={() => void flow.fitView({ padding: 0.08, maxZoom: 1 })}
      />
      <Tool text={messages.lineage.zoomOut} icon={<SubtractRegular />} onClick={() => void flow.zoomOut()} />
      <Text size={200} className={styles.zoom}>
        {messages.lineage.zoom(Math.round(zoom * 100))}
      </Text>
      <Tool text={messages.lineage.zoomIn} icon={<AddRegular />} onClick={() => void flow.zoomIn()} />
    </>
  );
}
