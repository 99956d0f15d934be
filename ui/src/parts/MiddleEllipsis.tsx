// A long path that gives way in its middle, because both its ends tell.
import { makeStyles } from "@fluentui/react-components";

const useStyles = makeStyles({
  root: { display: "flex", minWidth: 0, whiteSpace: "nowrap" },
  head: { overflow: "hidden", textOverflow: "ellipsis", flexShrink: 1, minWidth: "3ch" },
  tail: { overflow: "hidden", textOverflow: "ellipsis", flexShrink: 0, maxWidth: "calc(100% - 3ch)" },
});

interface Props {
  readonly text: string;
  /** About how many characters of the end stay; it is cut at a slash where one is near. */
  readonly tail?: number;
}

export function MiddleEllipsis({ text, tail = 22 }: Props) {
  const styles = useStyles();
  const slash = text.indexOf("/", Math.max(0, text.length - tail - 6));
  const at = slash > 0 && slash < text.length - 3 ? slash : Math.max(0, text.length - tail);
  return (
    <span className={styles.root} title={text}>
      {at > 0 && <span className={styles.head}>{text.slice(0, at)}</span>}
      <span className={styles.tail}>{text.slice(at)}</span>
    </span>
  );
}
