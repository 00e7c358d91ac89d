/**
 * How a Teams flow wants its card: in a `message`, or as a bare `card`.
 */
export const SHAPES = ["message", "card"] as const;
export type Shape = (typeof SHAPES)[number];
