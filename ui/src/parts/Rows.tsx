// A table of the pages: a caption for readers, quiet heads, dense rows, numbers to the right.
import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

export interface Column<Row> {
  readonly key: string;
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  readonly end?: boolean;
  /** Takes what room is left and gives way; the others do not break. */
  readonly clip?: boolean;
  /** Left out on a narrow screen. */
  readonly spare?: boolean;
}

interface Props<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly id: (row: Row) => string;
  readonly chosen?: string | null;
}

const useStyles = makeStyles({
  scroll: { overflowX: "auto" },
  table: {
    borderCollapse: "collapse",
    width: "100%",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
  },
  caption: { position: "absolute", width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)" },
  head: {
    textAlign: "left",
    fontWeight: tokens.fontWeightRegular,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    whiteSpace: "nowrap",
    "@media (max-width: 640px)": { padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalS}` },
  },
  cell: {
    padding: `7px ${tokens.spacingHorizontalM}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    verticalAlign: "middle",
    "@media (max-width: 640px)": { padding: `7px ${tokens.spacingHorizontalS}` },
  },
  row: {
    ":hover": { backgroundColor: tokens.colorSubtleBackgroundHover },
    ":last-child > td": { borderBottom: "none" },
  },
  chosen: { backgroundColor: tokens.colorBrandBackground2 },
  end: { textAlign: "right", fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" },
  clip: { width: "60%", maxWidth: 0 },
  spare: { "@media (max-width: 640px)": { display: "none" } },
});

export function Rows<Row>({ caption, columns, rows, id, chosen }: Props<Row>) {
  const styles = useStyles();
  const looks = (column: Column<Row>) =>
    mergeClasses(column.end && styles.end, column.clip && styles.clip, column.spare && styles.spare);
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <caption className={styles.caption}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={mergeClasses(styles.head, looks(column))}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)} className={mergeClasses(styles.row, chosen === id(row) && styles.chosen)}>
              {columns.map((column) => (
                <td key={column.key} className={mergeClasses(styles.cell, looks(column))}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
