// Numbers in sentences.
export function number(value: number): string {
  return value.toLocaleString("en");
}

export const plural = (count: number, one: string, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
