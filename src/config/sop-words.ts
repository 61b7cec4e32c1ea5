import { z } from "zod";
import { causes } from "../model/cause.ts";
import { priorities } from "../model/incident.ts";
import { onTimeouts } from "../model/sop.ts";
import type { Text } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { fault, show, type Fault } from "./diagnostics.ts";
import { isRecord } from "./document.ts";
import { isText, judged, oneOf } from "./leaf.ts";
import { boolean, duration } from "./schema.ts";
import { fullWidth } from "./syntax.ts";

/** What may be written below `sops`, in the configuration and in the templates of `alerts/sops`. */

const minute = 60_000;
const day = 86_400_000;

/** Of people, roles, SOPs and steps. */
export const isIdentifier = (id: string): boolean => /^[a-z][a-z0-9-]{0,39}$/.test(id);
export const notAnIdentifier = fault(
  { en: "is not a name here", zh: "不是有效的名称" },
  {
    en: "use 1 to 40 small letters, digits and -, a letter first",
    zh: "请用 1 至 40 个小写字母、数字和 -，以字母开头",
  },
);

/** What a run fills into the texts of its steps. */
export const sopPlaceholders: readonly string[] = ["incident", "title", "company", "since"];

/** The names in braces that a text asks for (as `fill` finds them) and nothing fills. */
const unfilled = (text: string, filled: readonly string[]): string | undefined =>
  [...text.matchAll(/\{([a-zA-Z][a-zA-Z0-9_]*)\}/g)].map(([, name = ""]) => name).find((name) => !filled.includes(name));

export function placeholderFault(text: string, filled: readonly string[] = sopPlaceholders): Fault | undefined {
  const name = unfilled(text, filled);
  if (name === undefined) return undefined;
  const known = filled.map((one) => `{${one}}`);
  return fault(
    { en: `nothing fills {${name}}`, zh: `没有内容可填入 {${name}}` },
    known.length === 0
      ? { en: "leave the braces out", zh: "请去掉花括号" }
      : { en: `use ${known.join(", ")}, or leave the braces out`, zh: `可用的有 ${known.join("、")}；否则请去掉花括号` },
  );
}

const oneLanguage = fault(
  { en: "is not in both languages", zh: "没有写全两种语言" },
  { en: "write en and zh, or one text for both", zh: "请同时写 en 和 zh，或只写一段文字" },
);

/** One text for both languages, or each of them: `{ en: …, zh: … }`. */
export const words = (most: number, shape: "line" | "lines", filled: readonly string[] = sopPlaceholders) => {
  const remedy = {
    en: `write a text of 1 to ${most} characters${shape === "line" ? " on one line" : ""}, or { en: …, zh: … }`,
    zh: `请写 1 至 ${most} 个字符的文字${shape === "line" ? "，不换行" : ""}，或 { en: …, zh: … }`,
  };
  return judged<Text>(remedy, (value) => {
    const pair = isRecord(value) ? value : { en: value, zh: value };
    const { en, zh, ...more } = pair;
    const isPair = Object.keys(more).length === 0 && isText(en) && isText(zh);
    const texts = isPair ? [en.trim(), zh.trim()] : [];
    const fits = (text: string): boolean => {
      const shown = shape === "line" ? text : text.replaceAll("\n", " ");
      return text !== "" && text.length <= most && visible(shown, most) === shown;
    };
    const [english = "", chinese = ""] = texts;
    if (!isPair || !texts.every(fits)) {
      const wide = fullWidth(value);
      if (wide) return wide;
      if (isRecord(value) && (isText(en) || isText(zh)) && !isPair) return oneLanguage;
      const shown = show(value);
      return fault({ en: `${shown.en} is not such a text`, zh: `${shown.zh}不是这里要的文字` }, remedy);
    }
    return placeholderFault(`${english}\n${chinese}`, filled) ?? { value: { en: english, zh: chinese } };
  });
};

const stepBase = {
  kind: z.unknown().optional(),
  text: words(500, "lines"),
  detail: words(4_000, "lines").optional(),
  needs: z.array(z.unknown()).default([]),
  when: oneOf(["resolved"]).optional(),
};

const inputRemedy = {
  en: "write what is to be noted, or { title: …, required: true }",
  zh: "请写要记录的内容，或 { title: …, required: true }",
};
const inputTitle = words(60, "line", []);
const inputShape = z.strictObject({ title: inputTitle, required: boolean.default(false) });
/** `ticket: 工单号`, or with `required: true`: it cannot be ticked without. */
const input = judged<{ readonly title: Text; readonly required: boolean }>(inputRemedy, (value) => {
  const whole = inputShape.safeParse(value);
  if (whole.success) return { value: whole.data };
  const title = inputTitle.safeParse(value);
  if (title.success) return { value: { title: title.data, required: false } };
  const shown = show(value);
  return fault({ en: `${shown.en} is not an input`, zh: `${shown.zh}不是有效的记录项` }, inputRemedy);
});

export const stepKinds = ["manual", "notify", "webhook", "wait"] as const;
export type StepKind = (typeof stepKinds)[number];

export const stepSchemas = {
  manual: z.strictObject({
    ...stepBase,
    who: z.unknown().optional(),
    deadline: duration(minute, 30 * day).optional(),
    on_timeout: oneOf(onTimeouts).default("escalate"),
    input: z.record(z.string(), input).default({}),
  }),
  notify: z.strictObject({ ...stepBase, channels: z.array(z.unknown()).min(1).optional() }),
  wait: z.strictObject({ ...stepBase, for: duration(minute, 30 * day) }),
  /** Its other keys are those of the channel `webhook`. */
  webhook: z.strictObject({
    ...stepBase,
    body: z.unknown().optional(),
    on_failure: oneOf(["stop", "continue"]).default("stop"),
  }),
} as const satisfies Record<StepKind, z.ZodObject>;

export const webhookKeys: readonly string[] = Object.keys(stepSchemas.webhook.shape);

const triggerRemedy = {
  en: "write { causes: [mailbox-full] }, findings or priorities, or off",
  zh: "请写 { causes: [mailbox-full] }、findings 或 priorities，或写 off",
};
export const triggerSchema = z.strictObject({
  findings: z.array(z.unknown()).default([]),
  causes: z.array(oneOf(causes)).default([]),
  priorities: z.array(oneOf(priorities)).default([]),
  for: duration(0, 7 * day).default(0),
});
export const emptyTrigger = fault({ en: "names nothing that begins it", zh: "没有写明触发条件" }, triggerRemedy);
export const notATrigger = fault({ en: "is not a trigger", zh: "不是有效的触发条件" }, triggerRemedy);

export const sopSchema = z.strictObject({
  use: z.unknown().optional(),
  title: words(80, "line", []),
  summary: words(400, "lines", []),
  priority: oneOf(priorities),
  trigger: z.unknown().optional(),
  channels: z.array(z.unknown()).min(1).optional(),
  calm: duration(0, 7 * day).default(15 * minute),
  steps: z.unknown().optional(),
});
