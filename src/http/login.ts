import { createHash } from "node:crypto";
import { loginWords } from "../i18n/login.ts";
import type { Language } from "../model/text.ts";
import { inLanguage } from "../model/text.ts";

const style = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:light-dark(#f6f7f8,#14171a);color:light-dark(#16191d,#e8ebee);
font:16px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
form{width:min(20rem,calc(100vw - 4rem));display:grid;gap:8px}h1{font-size:1.5rem;line-height:1.25;margin:0 0 16px}
label{font-weight:600}p{margin:0;color:light-dark(#565e68,#a3acb6);font-size:.875rem}p[role=alert]{color:light-dark(#b3261e,#ff8f84)}
input,button{font:inherit;padding:10px 12px;border-radius:8px;border:1px solid light-dark(#7b848e,#7d8791);background:transparent;color:inherit}
button{margin-top:8px;border-color:transparent;background:light-dark(#1d4fbf,#9dbdff);color:light-dark(#fff,#0d1730);font-weight:600;cursor:pointer}
:focus-visible{outline:2px solid light-dark(#1d4fbf,#9dbdff);outline-offset:2px}`;

/** Lets this style, and nothing else that stands in the page, count. */
export const loginStyleSource = `'sha256-${createHash("sha256").update(style).digest("base64")}'`;

/** By the browser's list: the first language it names that we speak. */
export function languageOf(acceptLanguage: string | undefined, otherwise: Language = "en"): Language {
  for (const part of (acceptLanguage ?? "").slice(0, 200).split(",")) {
    if (/^\s*zh\b/i.test(part)) return "zh-CN";
    if (/^\s*en\b/i.test(part)) return "en";
  }
  return otherwise;
}

/** Plain HTML without a script: it holds no text but its own words. */
export function renderLogin(language: Language, failure: "wrong" | "held" | undefined): string {
  const word = (name: keyof typeof loginWords): string => inLanguage(loginWords[name], language);
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${word("title")}</title><style>${style}</style></head><body><main><form method="post"><h1>${word("title")}</h1>
<label for="token">${word("token")}</label><input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<p>${word("hint")}</p>${failure === undefined ? "" : `<p role="alert">${word(failure)}</p>`}<button>${word("submit")}</button>
</form></main></body></html>`;
}
