// What stands around every page: the bar with the search, and the rail.
import {
  Button,
  makeStyles,
  mergeClasses,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
  tokens,
  Tooltip,
} from "@fluentui/react-components";
import {
  Book24Filled,
  Book24Regular,
  bundleIcon,
  Home24Filled,
  Home24Regular,
  PersonCircle24Regular,
  Pulse24Filled,
  Pulse24Regular,
  Settings24Filled,
  Settings24Regular,
  TextBulletListTree24Filled,
  TextBulletListTree24Regular,
  WeatherMoon24Regular,
  WeatherSunny24Regular,
} from "@fluentui/react-icons";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { NavLink, useLocation, useNavigate, useSearchParams } from "react-router";
import { api } from "../client/api";
import type { Session } from "../client/types";
import { links } from "../links";
import { messages } from "../messages";
import type { Colours } from "../theme";
import { Keys } from "./Keys";
import { Logo } from "./Logo";
import { SearchBox } from "./SearchBox";

const NAV = [
  { to: links.home, label: messages.nav.home, icon: bundleIcon(Home24Filled, Home24Regular) },
  {
    to: links.browse(),
    label: messages.nav.browse,
    icon: bundleIcon(TextBulletListTree24Filled, TextBulletListTree24Regular),
  },
  { to: links.glossary(), label: messages.nav.glossary, icon: bundleIcon(Book24Filled, Book24Regular) },
  { to: links.runs, label: messages.nav.monitor, icon: bundleIcon(Pulse24Filled, Pulse24Regular) },
  { to: links.manage, label: messages.nav.manage, icon: bundleIcon(Settings24Filled, Settings24Regular) },
] as const;

const NARROW = "@media (max-width: 640px)";

const useStyles = makeStyles({
  root: {
    display: "grid",
    gridTemplateColumns: "48px minmax(0, 1fr)",
    gridTemplateRows: "48px minmax(0, 1fr)",
    height: "100dvh",
    backgroundColor: tokens.colorNeutralBackground2,
    color: tokens.colorNeutralForeground1,
    [NARROW]: { gridTemplateColumns: "minmax(0, 1fr)", gridTemplateRows: "48px minmax(0, 1fr) 52px" },
  },
  skip: {
    position: "absolute",
    left: tokens.spacingHorizontalM,
    top: "-60px",
    zIndex: 2000,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorBrandForegroundLink,
    padding: tokens.spacingHorizontalM,
    ":focus": { top: tokens.spacingVerticalXS },
  },
  bar: {
    gridColumn: "1 / -1",
    display: "grid",
    gridTemplateColumns: "minmax(max-content, 1fr) minmax(0, 560px) minmax(max-content, 1fr)",
    alignItems: "center",
    gap: tokens.spacingHorizontalL,
    padding: `0 ${tokens.spacingHorizontalS} 0 ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    zIndex: 20,
    [NARROW]: { gridTemplateColumns: "auto minmax(0, 1fr) auto", gap: tokens.spacingHorizontalS },
  },
  brand: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalS, minWidth: 0 },
  name: { [NARROW]: { display: "none" } },
  account: {
    color: tokens.colorNeutralForeground2,
    paddingLeft: tokens.spacingHorizontalS,
    borderLeft: `1px solid ${tokens.colorNeutralStroke1}`,
    [NARROW]: { display: "none" },
  },
  right: { display: "flex", justifyContent: "flex-end", alignItems: "center" },
  wide: { [NARROW]: { display: "none" } },
  rail: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: tokens.spacingVerticalXS,
    padding: `${tokens.spacingVerticalS} 0`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    [NARROW]: {
      flexDirection: "row",
      justifyContent: "space-around",
      gridRow: 3,
      padding: 0,
      borderRight: "none",
      borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  link: {
    position: "relative",
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    justifyContent: "center",
    width: "40px",
    height: "40px",
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    textDecorationLine: "none",
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover, color: tokens.colorNeutralForeground1 },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
    [NARROW]: { width: "72px", height: "50px" },
  },
  here: {
    color: tokens.colorBrandForeground1,
    "::before": {
      content: '""',
      position: "absolute",
      left: "-4px",
      top: "10px",
      bottom: "10px",
      width: "3px",
      borderRadius: "2px",
      backgroundColor: tokens.colorBrandForeground1,
      [NARROW]: { left: "20px", right: "20px", top: "1px", bottom: "auto", width: "auto", height: "3px" },
    },
  },
  caption: { display: "none", fontSize: tokens.fontSizeBase100, [NARROW]: { display: "block" } },
  page: { overflow: "auto", minWidth: 0, minHeight: 0, display: "flex", flexDirection: "column", outline: "none" },
});

interface Props {
  readonly session: Session;
  readonly colours: Colours;
  readonly onColours: (colours: Colours) => void;
  readonly children: ReactNode;
}

export function Frame({ session, colours, onColours, children }: Props) {
  const styles = useStyles();
  const { pathname } = useLocation();
  const [search] = useSearchParams();
  const other = colours === "light" ? "dark" : "light";
  const change = other === "dark" ? messages.bar.dark : messages.bar.light;
  return (
    <div className={styles.root}>
      <a href="#page" className={styles.skip}>
        {messages.skip}
      </a>
      <header className={styles.bar}>
        <div className={styles.brand}>
          <Logo />
          <Text weight="semibold" size={400} className={styles.name}>
            {messages.product}
          </Text>
          <Text className={styles.account} aria-label={messages.bar.account(session.account)}>
            {session.account}
          </Text>
        </div>
        <SearchBox shortcut={pathname !== "/"} initial={pathname === "/search" ? (search.get("q") ?? "") : ""} />
        <div className={styles.right}>
          <Tooltip content={change} relationship="label">
            <Button
              appearance="subtle"
              icon={colours === "light" ? <WeatherMoon24Regular /> : <WeatherSunny24Regular />}
              onClick={() => onColours(other)}
            />
          </Tooltip>
          <span className={styles.wide}>
            <Keys />
          </span>
          <Person session={session} />
        </div>
      </header>
      <nav className={styles.rail} aria-label={messages.nav.label}>
        {NAV.map(({ to, label, icon: Icon }) => {
          const here = to === "/" ? pathname === "/" : pathname.startsWith(to);
          return (
            <Tooltip key={to} content={label} relationship="label" positioning="after" withArrow>
              <NavLink to={to} end={to === "/"} className={mergeClasses(styles.link, here && styles.here)}>
                <Icon filled={here} aria-hidden />
                <span className={styles.caption} aria-hidden>
                  {label}
                </span>
              </NavLink>
            </Tooltip>
          );
        })}
      </nav>
      <main id="page" className={styles.page} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Person({ session }: { readonly session: Session }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    await api.signOut();
    client.clear();
    await navigate(links.signIn);
  };
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Tooltip content={messages.bar.person(session.user)} relationship="label">
          <Button appearance="subtle" icon={<PersonCircle24Regular />} />
        </Tooltip>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem disabled>{session.user}</MenuItem>
          {(session.roles.length > 0 ? session.roles : [messages.bar.noRoles]).map((role) => (
            <MenuItem key={role} disabled>
              {role}
            </MenuItem>
          ))}
          <MenuDivider />
          <MenuItem onClick={() => void leave()}>{messages.bar.signOut}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
