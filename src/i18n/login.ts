import type { Text } from "../model/text.ts";

/** The page that asks for the token. */
export const loginWords = {
  title: { en: "Sign in to Mailvigil", zh: "登录 Mailvigil" },
  token: { en: "Access token", zh: "访问令牌" },
  hint: {
    en: "It is the value that settings.http.token in mailvigil.yaml points at.",
    zh: "即 mailvigil.yaml 中 settings.http.token 所指的值。",
  },
  submit: { en: "Sign in", zh: "登录" },
  wrong: { en: "This token is not right.", zh: "令牌不正确。" },
  held: {
    en: "There were too many wrong tokens. Wait a minute, then try again.",
    zh: "错误次数过多，请一分钟后再试。",
  },
} as const satisfies Record<string, Text>;
