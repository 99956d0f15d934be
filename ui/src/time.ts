// Times and sizes as people read them.
import { messages, number } from "./messages";

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const absolute = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

export function ago(iso: string | null | undefined, now = Date.now()): string {
  if (!iso) return messages.unknown;
  const away = new Date(iso).getTime() - now;
  for (const [unit, size] of UNITS) if (Math.abs(away) >= size) return relative.format(Math.trunc(away / size), unit);
  return relative.format(0, "second");
}

export function exactly(iso: string | null | undefined): string {
  return iso ? absolute.format(new Date(iso)) : messages.unknown;
}

export function duration(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined) return messages.unknown;
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = Math.round((milliseconds % 60_000) / 1000);
  return minutes < 60 ? `${minutes} min ${seconds} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined) return messages.unknown;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? messages.unknown : number(value);
}

/** An instant as a `datetime-local` field has it, in the viewer's zone; nothing for no instant. */
export function localMinute(instant: string | null): string {
  if (!instant) return "";
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What a `datetime-local` field has, as an instant in UTC to the minute; nothing while it is not whole. */
export function utcMinute(local: string): string | null {
  const at = new Date(local);
  return local && !Number.isNaN(at.getTime()) ? `${at.toISOString().slice(0, 16)}:00Z` : null;
}
