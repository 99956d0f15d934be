// A line between two boxes or two of their rows. Solid: the value itself; dashed: it decides rows or choices;
// dotted: its last run failed before it wrote; pale: the last runs passed it over.
import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { useState } from "react";
import { linkKey } from "../graph/model";
import { middle, type Point, rounded } from "../graph/route";
import { messages } from "../messages";
import { exactly } from "../time";
import { useShown } from "./actions";
import type { LineData, LineEdge } from "./elements";

const useStyles = makeStyles({
  line: { fill: "none", stroke: tokens.colorNeutralStrokeAccessible, strokeWidth: "1.5px", opacity: 0.75 },
  lit: { stroke: tokens.colorBrandStroke1, strokeWidth: "2px", opacity: 1 },
  litIndirect: { strokeWidth: "1.25px" },
  dim: { opacity: 0.15 },
  head: { fill: tokens.colorNeutralStrokeAccessible, stroke: "none", opacity: 0.75 },
  headLit: { fill: tokens.colorBrandStroke1, opacity: 1 },
  indirect: { strokeDasharray: "6 4" },
  unwritten: { strokeDasharray: "1.5 4", strokeLinecap: "round" },
  stale: { stroke: tokens.colorNeutralStroke1Pressed, opacity: 0.5 },
  hit: { fill: "none", stroke: "transparent", strokeWidth: "14px", cursor: "default" },
  tip: {
    position: "absolute",
    pointerEvents: "none",
    zIndex: 30,
    maxWidth: "320px",
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    boxShadow: tokens.shadow8,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    whiteSpace: "pre-line",
    overflowWrap: "anywhere",
  },
  code: { fontFamily: tokens.fontFamilyMonospace },
});

export function Line({ id, data }: EdgeProps<LineEdge>) {
  const styles = useStyles();
  const { trace, found } = useShown();
  const [over, setOver] = useState(false);
  if (!data) return null;
  const { points, link, arrow } = data;
  const lit = trace !== null && link !== null && trace.links.has(linkKey(link));
  const dim = (trace !== null || found !== null) && !lit;
  const path = rounded(points);
  const end = points[points.length - 1];
  return (
    <g data-line={id} data-lit={lit || undefined}>
      <path
        d={path}
        className={mergeClasses(
          styles.line,
          link?.kind === "INDIRECT" && styles.indirect,
          arrow?.written === false && styles.unwritten,
          arrow?.stale && styles.stale,
          (lit || over) && styles.lit,
          (lit || over) && link?.kind === "INDIRECT" && styles.litIndirect,
          dim && !over && styles.dim,
        )}
      />
      {end && (
        <path
          d={head(end)}
          className={mergeClasses(styles.head, (lit || over) && styles.headLit, dim && !over && styles.dim)}
        />
      )}
      <path d={path} className={styles.hit} onMouseEnter={() => setOver(true)} onMouseLeave={() => setOver(false)} />
      {over && <Tip data={data} at={middle(points)} />}
    </g>
  );
}

function Tip({ data: { link, arrow }, at }: { readonly data: LineData; readonly at: Point }) {
  const styles = useStyles();
  const subtype = link && (messages.subtype[link.subtype] ?? link.subtype.toLowerCase());
  const what = link && (link.kind === "INDIRECT" ? `${messages.indirect}: ${subtype}` : subtype);
  const facts = [
    what,
    arrow?.rows != null && messages.lineage.rows(arrow.rows),
    arrow?.lastRunAt && exactly(arrow.lastRunAt),
    arrow?.written === false && messages.lineage.notWritten,
    arrow?.stale && messages.lineage.stale,
  ].filter(Boolean);
  return (
    <EdgeLabelRenderer>
      <div className={styles.tip} role="tooltip" style={{ transform: `translate(${at.x + 8}px, ${at.y + 8}px)` }}>
        {link && `${link.source.column} → ${link.target.column}\n`}
        {link?.expression && <span className={styles.code}>{`${link.expression}\n`}</span>}
        {facts.join(" · ")}
      </div>
    </EdgeLabelRenderer>
  );
}

function head({ x, y }: Point): string {
  return `M${x - 7} ${y - 4}L${x - 1} ${y}L${x - 7} ${y + 4}Z`;
}
