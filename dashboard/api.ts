import type {
  AcknowledgeRequest,
  ApiError,
  AssetDiagnosis,
  AssetHistory,
  DiagnosisStarted,
  Overview,
  PastWindow,
  ProbeDetail,
  ProbeEvent,
} from "../src/model/api.ts";

/** What the server said, or that it said nothing. The only place of the page that fetches. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`/api/v1${path}`, { ...init, signal: AbortSignal.timeout(10_000) });
  // The session is over: the server answers "/" with the form that asks for the token.
  if (response.status === 401) location.reload();
  if (!response.ok) {
    const problem: ApiError | undefined = await response.json().catch(() => undefined);
    throw new RequestError(response.status, problem?.error.message ?? `HTTP ${response.status}`);
  }
  return response.json();
}

const post = <T>(path: string, body: unknown): Promise<T> =>
  request(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** An `@` and a `~` stand as they are; what an id could hold besides is encoded. */
const pathOf = (probe: string): string => probe.split("/").map(encodeURIComponent).join("/");

export const getOverview = (): Promise<Overview> => request("/overview");

export const getProbe = (probe: string): Promise<ProbeDetail> => request(`/probes/${pathOf(probe)}`);

export const runProbe = (probe: string): Promise<{ started: boolean }> => post(`/probes/${pathOf(probe)}/run`, {});

export const acknowledge = (incident: number, body: AcknowledgeRequest): Promise<{ acknowledged: boolean }> =>
  post(`/incidents/${incident}/acknowledge`, body);

export const diagnoseAsset = (asset: string): Promise<DiagnosisStarted> => post(`/assets/${pathOf(asset)}/diagnose`, {});

export const getDiagnosis = (asset: string): Promise<AssetDiagnosis> => request(`/assets/${pathOf(asset)}/diagnosis`);

/** @param check whose latency is wanted; undefined: that of the first probe */
export const getHistory = (asset: string, window: PastWindow, check: string | undefined): Promise<AssetHistory> =>
  request(`/assets/${pathOf(asset)}/history?window=${window}${check === undefined ? "" : `&check=${encodeURIComponent(check)}`}`);

const reporting = new Set<(event: ProbeEvent) => void>();

/** Hears each run that is reported, as long as somebody follows the events. Until the returned function is called. */
export function followReports(listener: (event: ProbeEvent) => void): () => void {
  reporting.add(listener);
  return () => void reporting.delete(listener);
}

export interface EventListeners {
  onProbe(event: ProbeEvent): void;
  /** Something else changed, or events were missed: fetch everything. */
  onChange(): void;
  onLine(isLive: boolean): void;
}

/**
 * Follows the events until the returned function is called. The browser reconnects by itself and says where it stopped;
 * where it gives up (the server answered with an error) a new stream begins after 5 s.
 */
export function followEvents(listeners: EventListeners): () => void {
  let source: EventSource;
  let lastId = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource(`/api/v1/events${lastId === "" ? "" : `?lastEventId=${encodeURIComponent(lastId)}`}`);
    const on = (event: string, then: (message: MessageEvent<string>) => void): void =>
      source.addEventListener(event, (message) => {
        lastId = message.lastEventId;
        then(message);
      });
    on("hello", () => undefined);
    on("probe", (message) => {
      const event: ProbeEvent = JSON.parse(message.data);
      listeners.onProbe(event);
      for (const report of reporting) report(event);
    });
    for (const event of ["incident", "reloaded", "reset"]) on(event, () => listeners.onChange());
    source.addEventListener("open", () => listeners.onLine(true));
    source.addEventListener("error", () => {
      listeners.onLine(false);
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, 5000);
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
