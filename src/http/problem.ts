import type { Context } from "hono";
import type { ApiError } from "../model/api.ts";

/** Every code the API can fail with, and its HTTP status. */
const problems = {
  "bad-request": 400,
  unauthorized: 401,
  "origin-refused": 403,
  "not-found": 404,
  refused: 409,
  "too-large": 413,
  "host-refused": 421,
  "too-many-tries": 429,
  "too-soon": 429,
  "went-wrong": 500,
  "too-many-streams": 503,
} as const;

export type ProblemCode = keyof typeof problems;

/** The one shape of an error. The message says what is wrong and what to do. */
export const problem = (c: Context, code: ProblemCode, message: string): Response =>
  c.json<ApiError>({ error: { code, message } }, problems[code]);
