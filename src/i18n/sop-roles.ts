import type { Text } from "../model/text.ts";

/** The roles that every configuration knows, because the templates use them. */
export const roleTitles = {
  it: { en: "IT", zh: "IT 负责人" },
  sales: { en: "Sales", zh: "销售负责人" },
  management: { en: "Management", zh: "管理层" },
} as const satisfies Record<string, Text>;
