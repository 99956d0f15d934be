// A long path that gives way in its middle, because both its ends tell.
import { makeStyles } from "@fluentui/react-components";

const useStyles = makeStyles({
  root: { display: "flex", minWidth: 0, whiteSpace: "nowrap" },
  head: { overflow: "hidden", textOverflow: "ellipsis", flexShrink: 1, minWidth: 0 },
  tail: { flexShrink: 0, maxWidth: "70%", overflow: "hidden", textOverflow: "ellipsis" },
});

const TAIL = 22;

export function MiddleEllipsis({ text }: { readonly text: string }) {
  const styles = useStyles();
  const slash = text.lastIndexOf("/", text.length - TAIL);
  const at = Math.max(0, slash > text.length - 2 * TAIL ? slash : text.length - TAIL);
  return (
    <span className={styles.root} title={text}>
      <span className={styles.head}>{text.slice(0, at)}</span>
      <span className={styles.tail}>{text.slice(at)}</span>
    </span>
  );
}
