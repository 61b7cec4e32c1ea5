import type { Text } from "../model/text.ts";

/** What commander 14 says of a wrong call, and the same for a person who reads Chinese. */
export const usageErrors: readonly { readonly pattern: RegExp; readonly text: Text }[] = [
  {
    pattern: /^error: unknown option '(?<option>.*)'$/,
    text: { en: "error: unknown option '{option}'", zh: "错误：没有「{option}」这个选项；用 --help 查看可用的选项" },
  },
  {
    pattern: /^error: unknown command '(?<command>.*)'$/,
    text: { en: "error: unknown command '{command}'", zh: "错误：没有「{command}」这个命令；用 --help 查看可用的命令" },
  },
  {
    pattern: /^error: missing required argument '(?<argument>.*)'$/,
    text: { en: "error: missing required argument '{argument}'", zh: "错误：缺少参数「{argument}」；请写在命令后面" },
  },
  {
    pattern: /^error: option '(?<option>.*)' argument missing$/,
    text: { en: "error: option '{option}' argument missing", zh: "错误：选项「{option}」缺少值；请写在选项后面" },
  },
  {
    pattern:
      /^error: too many arguments(?: for '(?<command>.*)')?\. Expected (?<wanted>\d+) arguments? but got (?<given>\d+)(?:: .*)?\.$/,
    text: {
      en: "error: too many arguments. Expected {wanted} but got {given}.",
      zh: "错误：参数过多，应为 {wanted} 个，实际 {given} 个；请删去多余的",
    },
  },
  {
    pattern: /^error: option '(?<option>.*)' argument '(?<given>.*)' is invalid\. Allowed choices are (?<choices>.*)\.$/,
    text: {
      en: "error: option '{option}' argument '{given}' is invalid. Allowed choices are {choices}.",
      zh: "错误：选项「{option}」不能写「{given}」；可写 {choices}",
    },
  },
  {
    pattern: /^error: option '(?<option>.*)' argument '(?<given>.*)' is invalid\. (?:.* · )?(?<remedy>.*)$/,
    text: {
      en: "error: option '{option}' argument '{given}' is invalid. {remedy}",
      zh: "错误：选项「{option}」不能写「{given}」；{remedy}",
    },
  },
  {
    pattern: /^error: option '(?<option>.*)' cannot be used with option '(?<other>.*)'$/,
    text: {
      en: "error: option '{option}' cannot be used with option '{other}'",
      zh: "错误：选项「{option}」和「{other}」不能同时使用；请只留一个",
    },
  },
  {
    pattern: /^\(Did you mean (?:one of )?(?<near>.*)\?\)$/,
    text: { en: "(Did you mean {near}?)", zh: "（是否想写 {near}？）" },
  },
];

/** The heads of a help text. */
export const helpHeads: Readonly<Record<string, string>> = {
  "Usage:": "Usage · 用法:",
  "Arguments:": "Arguments · 参数:",
  "Options:": "Options · 选项:",
  "Commands:": "Commands · 命令:",
};
