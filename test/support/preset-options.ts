import { loadProviders } from "../../src/config/providers.ts";

/** What a check is told of a provider: its preset, as the plan hands it on. */
export function presetOptions(id: string): { readonly security: "tls" | "starttls"; readonly provider: object } {
  const preset = loadProviders().get(id);
  if (!preset) throw new Error(`there is no preset ${id}`);
  const { definiteRejections, ambiguousRejections, otherRejections, idAfterLogin, smtp } = preset;
  return { security: smtp.security, provider: { id, definiteRejections, ambiguousRejections, otherRejections, idAfterLogin } };
}
