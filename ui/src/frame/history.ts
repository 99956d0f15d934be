// What was searched for lately, kept in the browser.
const KEY = "headwater.searches";
const KEPT = 6;

export function searches(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string").slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

export function rememberSearch(query: string): void {
  const text = query.trim();
  if (!text || text === "*") return;
  const list = [text, ...searches().filter((one) => one !== text)].slice(0, KEPT);
  localStorage.setItem(KEY, JSON.stringify(list));
}
