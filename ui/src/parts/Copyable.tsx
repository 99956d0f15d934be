// A text to copy: a command, a name, an id.
import { Button, makeStyles, mergeClasses, tokens, Tooltip } from "@fluentui/react-components";
import { CheckmarkRegular, CopyRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import { messages } from "../messages";

const useStyles = makeStyles({
  root: {
    display: "inline-flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    maxWidth: "100%",
    minWidth: 0,
  },
  box: {
    backgroundColor: tokens.colorNeutralBackground3,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    paddingLeft: tokens.spacingHorizontalM,
  },
  text: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    minWidth: 0,
  },
  wrap: { whiteSpace: "normal", overflowWrap: "anywhere" },
});

export function CopyButton({ text, label = messages.copy }: { readonly text: string; readonly label?: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <Tooltip content={done ? messages.copied : label} relationship="label">
      <Button
        appearance="subtle"
        size="small"
        icon={done ? <CheckmarkRegular /> : <CopyRegular />}
        onClick={() => void navigator.clipboard?.writeText(text).then(() => setDone(true))}
      />
    </Tooltip>
  );
}

export function Copyable({
  text,
  boxed,
  wrap,
}: {
  readonly text: string;
  readonly boxed?: boolean;
  readonly wrap?: boolean;
}) {
  const styles = useStyles();
  return (
    <span className={mergeClasses(styles.root, boxed && styles.box)}>
      <span className={mergeClasses(styles.text, wrap && styles.wrap)} title={wrap ? undefined : text}>
        {text}
      </span>
      <CopyButton text={text} />
    </span>
  );
}
