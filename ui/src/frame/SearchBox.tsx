// The search box: suggestions while one types, what was searched for lately before that.
import { Input, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { HistoryRegular, SearchRegular } from "@fluentui/react-icons";
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useDeferredValue,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { useNavigate } from "react-router";
import { useSuggest } from "../client/queries";
import type { Hit } from "../client/types";
import { links } from "../links";
import { messages } from "../messages";
import { FamilyIcon } from "../parts/FamilyIcon";
import { Marked } from "../parts/Marked";
import { MiddleEllipsis } from "../parts/MiddleEllipsis";
import { rememberSearch, searches } from "./history";

const useStyles = makeStyles({
  root: { position: "relative", width: "100%" },
  input: { width: "100%" },
  key: {
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusSmall,
    padding: "0 5px",
    fontSize: tokens.fontSizeBase100,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground3,
    "@media (max-width: 640px)": { display: "none" },
  },
  list: {
    position: "absolute",
    top: "calc(100% + 4px)",
    left: 0,
    right: 0,
    zIndex: 1000,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    boxShadow: tokens.shadow16,
    padding: tokens.spacingVerticalXS,
    maxHeight: "70vh",
    overflowY: "auto",
    textAlign: "left",
  },
  head: {
    display: "block",
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    color: tokens.colorNeutralForeground3,
  },
  item: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    cursor: "pointer",
    minWidth: 0,
  },
  active: { backgroundColor: tokens.colorNeutralBackground1Hover },
  icon: { flexShrink: 0, color: tokens.colorNeutralForeground2, display: "flex" },
  texts: { display: "flex", flexDirection: "column", minWidth: 0, flexGrow: 1 },
  path: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, minWidth: 0 },
});

interface Choice {
  readonly id: string;
  readonly icon: ReactNode;
  readonly name: ReactNode;
  readonly path?: string;
  readonly to: string;
  readonly remember?: string;
}

interface Props {
  readonly large?: boolean;
  readonly initial?: string;
  /** Take the key `/` from anywhere on the page. */
  readonly shortcut?: boolean;
}

export function SearchBox({ large, initial = "", shortcut }: Props) {
  const styles = useStyles();
  const navigate = useNavigate();
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(initial);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const suggest = useSuggest(useDeferredValue(text));
  const choices = open ? choicesFor(text, suggest.data?.assets ?? []) : [];

  useEffect(() => setText(initial), [initial]);
  useSlash(input, shortcut ?? false);

  const go = (choice: Choice) => {
    if (choice.remember) rememberSearch(choice.remember);
    setOpen(false);
    setActive(-1);
    input.current?.blur();
    void navigate(choice.to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((now) => (choices.length === 0 ? -1 : (now + step + choices.length) % choices.length));
    } else if (event.key === "Enter") {
      const query = text.trim() || "*";
      go(choices[active] ?? { id: "", icon: null, name: "", to: links.search(query), remember: query });
    } else if (event.key === "Escape") {
      setOpen(false);
      setActive(-1);
      if (!open) setText("");
    }
  };

  return (
    <div
      className={styles.root}
      role="search"
      aria-label={large ? messages.search.everywhere : messages.search.box}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      <Input
        ref={input}
        className={styles.input}
        size={large ? "large" : "medium"}
        type="search"
        role="combobox"
        aria-expanded={open && choices.length > 0}
        aria-controls={listId}
        aria-activedescendant={choices[active] ? `${listId}-${active}` : undefined}
        aria-autocomplete="list"
        aria-label={messages.bar.search}
        placeholder={messages.bar.search}
        autoComplete="off"
        contentBefore={<SearchRegular aria-hidden />}
        contentAfter={text ? undefined : <kbd className={styles.key}>{messages.bar.searchKey}</kbd>}
        value={text}
        onFocus={() => setOpen(true)}
        onChange={(_, data) => {
          setText(data.value);
          setOpen(true);
          setActive(-1);
        }}
        onKeyDown={onKeyDown}
      />
      {choices.length > 0 && (
        <div className={styles.list} id={listId} role="listbox" aria-label={messages.search.suggestions}>
          <Text size={200} className={styles.head} aria-hidden>
            {text.trim() ? messages.search.suggestions : messages.search.history}
          </Text>
          {choices.map((choice, index) => (
            <div
              key={choice.id}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === active}
              className={mergeClasses(styles.item, index === active && styles.active)}
              onMouseEnter={() => setActive(index)}
              onMouseDown={(event) => {
                event.preventDefault();
                go(choice);
              }}
            >
              <span className={styles.icon}>{choice.icon}</span>
              <span className={styles.texts}>
                <Text truncate wrap={false}>
                  {choice.name}
                </Text>
                {choice.path && (
                  <span className={styles.path}>
                    <MiddleEllipsis text={choice.path} />
                  </span>
                )}
              </span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function choicesFor(text: string, assets: readonly Hit[]): readonly Choice[] {
  const query = text.trim();
  if (!query)
    return searches().map((one) => ({
      id: `h:${one}`,
      icon: <HistoryRegular fontSize={20} aria-hidden />,
      name: one,
      to: links.search(one),
      remember: one,
    }));
  const found = assets.map((hit) => ({
    id: hit.guid,
    icon: <FamilyIcon family={hit.family} />,
    name: <Marked segments={hit.nameSegments} />,
    path: hit.pathSegments.map((segment) => segment.text).join(""),
    to: links.asset(hit.guid),
  }));
  const all = {
    id: "search",
    icon: <SearchRegular fontSize={20} aria-hidden />,
    name: messages.search.searchFor(query),
    to: links.search(query),
    remember: query,
  };
  return [...found, all];
}

function useSlash(input: RefObject<HTMLInputElement | null>, on: boolean): void {
  useEffect(() => {
    if (!on) return;
    const listen = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      const typing = target?.closest("input, textarea, [contenteditable=true]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [input, on]);
}
