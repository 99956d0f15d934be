// The measures that pages share: their width, their margins, a grid of tiles, a card.
import { makeStyles, tokens } from "@fluentui/react-components";

export const NARROW = "@media (max-width: 640px)";
export const MEDIUM = "@media (max-width: 1000px)";

export const usePageStyles = makeStyles({
  page: {
    width: "100%",
    maxWidth: "1320px",
    boxSizing: "border-box",
    margin: "0 auto",
    padding: `${tokens.spacingVerticalXL} ${tokens.spacingHorizontalXXL} ${tokens.spacingVerticalXXXL}`,
    display: "grid",
    gap: tokens.spacingVerticalL,
    gridTemplateColumns: "minmax(0, 1fr)",
    alignContent: "start",
    [NARROW]: { padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalL} ${tokens.spacingVerticalXXL}` },
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
  },
  heading: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  quiet: { color: tokens.colorNeutralForeground2 },
  small: {
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  card: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    padding: tokens.spacingHorizontalL,
    minWidth: 0,
  },
  flush: { padding: 0, overflow: "hidden" },
  scroll: { overflowX: "auto" },
  row: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalS, minWidth: 0, flexWrap: "wrap" },
  line: { display: "inline-flex", alignItems: "center", gap: tokens.spacingHorizontalS, whiteSpace: "nowrap" },
  spread: {
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
    gap: tokens.spacingHorizontalM,
    flexWrap: "wrap",
  },
  tiles: {
    display: "grid",
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: "repeat(auto-fill, minmax(220px, 1fr))",
  },
  tile: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
    minWidth: 0,
    ":hover": {
      backgroundColor: tokens.colorNeutralBackground1Hover,
      textDecorationLine: "none",
      color: tokens.colorNeutralForeground1,
    },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  number: { fontVariantNumeric: "tabular-nums" },
});
