// Where one is, as links up the hierarchy.
import { makeStyles, tokens } from "@fluentui/react-components";
import { ChevronRight12Regular } from "@fluentui/react-icons";
import { Fragment } from "react";
import { NavLinkText } from "./NavLinkText";

export interface Step {
  readonly name: string;
  readonly to: string | null;
}

const useStyles = makeStyles({
  root: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    listStyleType: "none",
    margin: 0,
    padding: 0,
    "@media (max-width: 640px)": {
      flexWrap: "nowrap",
      overflowX: "auto",
      scrollbarWidth: "none",
      whiteSpace: "nowrap",
    },
  },
  item: {
    display: "inline-flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    overflowWrap: "anywhere",
    flexShrink: 0,
    maxWidth: "100%",
  },
  arrow: { color: tokens.colorNeutralForeground3, flexShrink: 0 },
});

export function Crumbs({ steps, label }: { readonly steps: readonly Step[]; readonly label: string }) {
  const styles = useStyles();
  return (
    <nav aria-label={label}>
      <ol className={styles.root}>
        {steps.map((step, index) => (
          <Fragment key={`${index}${step.name}`}>
            <li className={styles.item}>
              {index > 0 && <ChevronRight12Regular className={styles.arrow} aria-hidden />}
              {step.to ? <NavLinkText to={step.to}>{step.name}</NavLinkText> : <span>{step.name}</span>}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}
