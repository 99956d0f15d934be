// Which keys do what.
import {
  Button,
  makeStyles,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  Text,
  tokens,
  Tooltip,
} from "@fluentui/react-components";
import { QuestionCircle24Regular } from "@fluentui/react-icons";
import { messages } from "../messages";

const useStyles = makeStyles({
  list: {
    display: "grid",
    gridTemplateColumns: "auto 1fr",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    margin: `${tokens.spacingVerticalS} 0 0`,
  },
  key: { fontFamily: tokens.fontFamilyMonospace, margin: 0 },
  what: { margin: 0, color: tokens.colorNeutralForeground2 },
});

export function Keys() {
  const styles = useStyles();
  return (
    <Popover trapFocus>
      <PopoverTrigger disableButtonEnhancement>
        <Tooltip content={messages.bar.help} relationship="label">
          <Button appearance="subtle" icon={<QuestionCircle24Regular />} />
        </Tooltip>
      </PopoverTrigger>
      <PopoverSurface aria-label={messages.help.title}>
        <Text weight="semibold">{messages.help.title}</Text>
        <dl className={styles.list}>
          {messages.help.lines.map(([key, what]) => [
            <dt key={key} className={styles.key}>
              {key}
            </dt>,
            <dd key={what} className={styles.what}>
              {what}
            </dd>,
          ])}
        </dl>
      </PopoverSurface>
    </Popover>
  );
}
