// A text with the words that a search found.
import { makeStyles, tokens } from "@fluentui/react-components";
import type { Segment } from "../client/types";

const useStyles = makeStyles({
  mark: {
    backgroundColor: tokens.colorPaletteYellowBackground1,
    boxShadow: `inset 0 -2px ${tokens.colorPaletteYellowBorderActive}`,
    color: tokens.colorNeutralForeground1,
  },
});

export function Marked({ segments }: { readonly segments: readonly Segment[] }) {
  const styles = useStyles();
  return segments.map((segment, index) =>
    segment.marked ? (
      <mark key={index} className={styles.mark}>
        {segment.text}
      </mark>
    ) : (
      <span key={index}>{segment.text}</span>
    ),
  );
}
