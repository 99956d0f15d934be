// JSON to read: folded by object and list, with a button that copies all of it.
import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useMemo } from "react";
import { CopyButton } from "./Copyable";

const useStyles = makeStyles({
  root: {
    position: "relative",
    backgroundColor: tokens.colorNeutralBackground3,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: tokens.spacingHorizontalM,
    overflow: "auto",
    maxHeight: "420px",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
  },
  copy: { position: "sticky", float: "right", top: 0, backgroundColor: tokens.colorNeutralBackground3 },
  inside: { paddingLeft: tokens.spacingHorizontalL, borderLeft: `1px solid ${tokens.colorNeutralStroke3}` },
  head: { cursor: "pointer" },
  name: { color: tokens.colorBrandForeground1 },
  text: { color: tokens.colorPaletteGreenForeground1, overflowWrap: "anywhere", whiteSpace: "pre-wrap" },
  other: { color: tokens.colorPaletteMarigoldForeground2 },
  quiet: { color: tokens.colorNeutralForeground3 },
});

export function JsonView({ text, label }: { readonly text: string; readonly label: string }) {
  const styles = useStyles();
  const value = useMemo<unknown>(() => JSON.parse(text), [text]);
  return (
    <div className={styles.root} role="group" aria-label={label} tabIndex={0}>
      <span className={styles.copy}>
        <CopyButton text={text} />
      </span>
      <Value name={null} value={value} depth={0} />
    </div>
  );
}

function Value({
  name,
  value,
  depth,
}: {
  readonly name: string | null;
  readonly value: unknown;
  readonly depth: number;
}) {
  const styles = useStyles();
  const key = name === null ? null : <span className={styles.name}>{name}: </span>;
  if (value === null || typeof value !== "object") {
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    return (
      <div>
        {key}
        <span className={typeof value === "string" ? styles.text : styles.other}>{shown}</span>
      </div>
    );
  }
  const entries = Object.entries(value);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0)
    return (
      <div>
        {key}
        <span className={styles.quiet}>{open + close}</span>
      </div>
    );
  return (
    <details open={depth < 2}>
      <summary className={styles.head}>
        {key}
        <span className={styles.quiet}>
          {open} {entries.length} {close}
        </span>
      </summary>
      <div className={mergeClasses(styles.inside)}>
        {entries.map(([inner, one]) => (
          <Value key={inner} name={Array.isArray(value) ? null : inner} value={one} depth={depth + 1} />
        ))}
      </div>
    </details>
  );
}
