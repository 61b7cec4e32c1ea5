import { z } from "zod";
import type { ReportPlan } from "../model/config.ts";
import { languages } from "../model/text.ts";
import { fault, suggest } from "./diagnostics.ts";
import { isText, leaf, oneOf } from "./leaf.ts";
import type { Reader } from "./reader.ts";
import { text } from "./schema.ts";

const day = leaf(
  { en: "a day of every month", zh: "每月都有的日期" },
  { en: "write a day from 1 to 28, such as 1", zh: "请写 1 至 28 的日期，例如 1" },
  (value) => (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 28 ? value : undefined),
);
const time = leaf(
  { en: "a time of day", zh: "时间" },
  { en: 'write it like "08:30", in quotes', zh: '请写成 "08:30"，需加引号' },
  (value) => {
    const found = isText(value) ? /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(value) : undefined;
    return found ? Number(found[1]) * 60 + Number(found[2]) : undefined;
  },
);
const target = leaf(
  { en: "an availability in percent", zh: "可用率百分数" },
  { en: "write a number from 50 to 100, such as 99.9", zh: "请写 50 至 100 的数，例如 99.9" },
  (value) => (typeof value === "number" && value >= 50 && value <= 100 ? value / 100 : undefined),
);

const reportSchema = z.strictObject({
  channels: z.array(text).max(20).optional(),
  language: oneOf(languages).optional(),
  day: day.optional(),
  time: time.optional(),
  target: target.optional(),
});

/** @param channels names of those that are declared, right or wrong */
export function readReport(reader: Reader, channels: readonly string[]): ReportPlan {
  reader.entries(["report"]);
  const words = reader.parse(reportSchema, ["report"]) ?? reader.parts(reportSchema, ["report"]);
  for (const [i, name] of (words.channels ?? []).entries()) {
    if (channels.includes(name)) continue;
    const remedy = channels.length === 0 ? { en: "declare it in channels", zh: "请在 channels 中声明" } : suggest(name, channels);
    reader.report(["report", "channels", i], fault({ en: "there is no such channel", zh: "没有这个通道" }, remedy));
  }
  return {
    channels: [...new Set(words.channels ?? [])],
    language: words.language,
    day: words.day ?? 1,
    minutes: words.time ?? 8 * 60 + 30,
    target: words.target ?? 0.999,
  };
}
