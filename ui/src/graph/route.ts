// Lines: orthogonal, left to right, with soft corners.

export interface Point {
  readonly x: number;
  readonly y: number;
}

const RADIUS = 10;

/** An elbow between two points, for lines that the layout did not lead. */
export function elbow(from: Point, to: Point): readonly Point[] {
  if (Math.abs(from.y - to.y) < 1 && to.x >= from.x) return [from, to];
  if (to.x >= from.x + 24) {
    const x = (from.x + to.x) / 2;
    return [from, { x, y: from.y }, { x, y: to.y }, to];
  }
  const y = (from.y + to.y) / 2;
  return [
    from,
    { x: from.x + 20, y: from.y },
    { x: from.x + 20, y },
    { x: to.x - 20, y },
    { x: to.x - 20, y: to.y },
    to,
  ];
}

/** The SVG path through the points, its corners rounded as far as both neighbours leave room. */
export function rounded(points: readonly Point[], radius = RADIUS): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${number(first)}`;
  rest.forEach((point, index) => {
    const before = points[index] ?? first;
    const after = rest[index + 1];
    if (!after) {
      path += `L${number(point)}`;
      return;
    }
    const room = Math.min(radius, distance(before, point) / 2, distance(point, after) / 2);
    path += `L${number(toward(point, before, room))}Q${number(point)} ${number(toward(point, after, room))}`;
  });
  return path;
}

export function middle(points: readonly Point[]): Point {
  const at = Math.floor((points.length - 1) / 2);
  const a = points[at] ?? { x: 0, y: 0 };
  const b = points[at + 1] ?? a;
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

export function shifted(points: readonly Point[], by: Point): readonly Point[] {
  return points.map((point) => ({ x: point.x + by.x, y: point.y + by.y }));
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function toward(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * by) / length, y: from.y + ((to.y - from.y) * by) / length };
}

function number(point: Point): string {
  return `${Math.round(point.x * 10) / 10} ${Math.round(point.y * 10) / 10}`;
}
