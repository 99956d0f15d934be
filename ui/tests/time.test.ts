import { describe, expect, test } from "vitest";
import { ago, bytes, duration, localMinute, utcMinute } from "../src/time";

test.each([
  [null, "–"],
  [0, "0 ms"],
  [999, "999 ms"],
  [1840, "1.8 s"],
  [61_000, "1 min 1 s"],
  [3_720_000, "1 h 2 min"],
])("%s ms is %s", (given, expected) => expect(duration(given)).toBe(expected));

test.each([
  [null, "–"],
  [512, "512 B"],
  [1500, "1.5 kB"],
  [402_117, "402 kB"],
  [3_200_000_000, "3.2 GB"],
])("%s bytes are %s", (given, expected) => expect(bytes(given)).toBe(expected));

test("a time is told by how long ago it was", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  expect(ago("2026-11-20T11:00:00Z", now)).toBe("2 days ago");
  expect(ago("2026-11-22T11:58:30Z", now)).toBe("1 minute ago");
  expect(ago(null, now)).toBe("–");
});

describe("a minute in a form", () => {
  test("comes back as it was, whatever the zone", () => {
    expect(utcMinute(localMinute("2026-11-22T18:05:00Z"))).toBe("2026-11-22T18:05:00Z");
    expect(localMinute(null)).toBe("");
  });

  test("is nothing while it is not whole", () => {
    expect(utcMinute("")).toBeNull();
    expect(utcMinute("2026-13-")).toBeNull();
  });
});
