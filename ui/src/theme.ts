// Light and dark are Fluent's own themes. Which one is used is the reader's choice, else the system's.
import { type Theme, webDarkTheme, webLightTheme } from "@fluentui/react-components";

export type Colours = "light" | "dark";

const KEY = "headwater.colours";

export const themes: Readonly<Record<Colours, Theme>> = { light: webLightTheme, dark: webDarkTheme };

export function firstColours(): Colours {
  const kept = localStorage.getItem(KEY);
  if (kept === "light" || kept === "dark") return kept;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function keepColours(colours: Colours): void {
  localStorage.setItem(KEY, colours);
}
