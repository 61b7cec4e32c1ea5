import type { AlertRule } from "../model/config.ts";
import { priorities } from "../model/incident.ts";
import type { Priority } from "../model/incident.ts";
import { routeOf } from "./routing.ts";

/** What is needed for a message to arrive. `mailDomains` is empty for a channel that is no mail. */
export interface Dependence {
  readonly hosts: readonly string[];
  readonly mailDomains: readonly string[];
}

/** A priority all of whose messages would travel through what they report on. */
export interface DependentRoute {
  readonly priority: Priority;
  readonly channels: readonly string[];
}

/**
 * Promise 6: the priorities whose every channel depends on watched mail. A channel does when one of its hosts is watched;
 * one that is mail does also when its server or a recipient's domain is, or lies below, a watched mail domain. A priority
 * without a channel is not among them, nor does a channel count that is not configured: both are errors of their own. Pure.
 * @param channels by name, what the `dependsOn` of its type says of its options
 */
export function findDependentRoutes(
  rules: readonly AlertRule[],
  channels: ReadonlyMap<string, Dependence>,
  watched: Dependence,
): readonly DependentRoute[] {
  const hosts = new Set(watched.hosts.map(plain));
  const domains = watched.mailDomains.map(plain);
  const below = (name: string): boolean => domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
  const depends = ({ hosts: needed, mailDomains }: Dependence): boolean =>
    needed.map(plain).some((host) => hosts.has(host) || (mailDomains.length > 0 && below(host))) ||
    mailDomains.map(plain).some(below);

  return priorities.flatMap((priority) => {
    const route = routeOf(rules, priority).filter((name) => channels.has(name));
    const independent = route.some((name) => {
      const needs = channels.get(name);
      return needs !== undefined && !depends(needs);
    });
    return route.length > 0 && !independent ? [{ priority, channels: route }] : [];
  });
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, "");
