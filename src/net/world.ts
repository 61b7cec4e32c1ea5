import type { CheckContext } from "../model/check.ts";
import type { Settings } from "../model/config.ts";
import type { Dial } from "../model/connection.ts";
import type { Ask, Resolve } from "../model/dns.ts";
import { createAddressPolicy } from "./addresses.ts";
import { createDial } from "./dial.ts";
import { createResolver, type Meter } from "./dns.ts";

type NetSettings = Pick<Settings, "dnsServers" | "authorityPort" | "extraAuthorities" | "publicRanges"> & {
  /** Nobody but a zone names hosts (`audit`): what is not public is not dialled at all. Default false: people name hosts inside. */
  readonly publicOnly?: boolean;
};

/** The way to the world as the settings have it. A reload replaces what is behind it; who holds it need not know. */
export interface Net {
  readonly dial: Dial;
  readonly ask: Ask;
  readonly resolve: Resolve;
  /** As `ask`, watched. */
  readonly askMetered: (meter: Meter) => Ask;
  /** What a check's context gets of it. */
  readonly checkContext: Pick<CheckContext, "dial" | "ask" | "resolve" | "isPublic" | "authorities">;
  replace(settings: NetSettings): void;
  close(): void;
}

/** @throws DnsServerError, AddressRangeError, or an Error for an authority that is no certificate */
export function createNet(settings: NetSettings): Net {
  let present = build(settings);
  const dial: Dial = (options, signal) => present.dial(options, signal);
  const ask: Ask = (name, type, options) => present.resolver.ask(name, type, options);
  const resolve: Resolve = (name, type) => present.resolver.resolve(name, type);
  return {
    dial,
    ask,
    resolve,
    askMetered: (meter) => present.resolver.askMetered(meter),
    checkContext: {
      dial,
      ask,
      resolve,
      isPublic: (address) => present.isPublic(address),
      get authorities() {
        return present.authorities;
      },
    },
    replace(next) {
      const old = present;
      present = build(next);
      old.resolver.close();
    },
    close: () => present.resolver.close(),
  };
}

function build({ dnsServers, authorityPort, extraAuthorities, publicRanges, publicOnly = false }: NetSettings) {
  const isPublic = createAddressPolicy(publicRanges);
  const resolver = createResolver({ servers: dnsServers, isPublic, authorityPort });
  return {
    resolver,
    dial: createDial({ ask: resolver.ask, extraAuthorities, ...(publicOnly ? { isAllowed: isPublic } : {}) }),
    isPublic,
    authorities: extraAuthorities,
  };
}
