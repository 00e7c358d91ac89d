/**
 * The domain that somebody registered. Its owner can have any number of hosts in it, so limits count it whole.
 */
import { getDomain } from "tldts";

/**
 * `desk.example` for `a.b.desk.example`. Suffixes under which a company gives names to strangers count as
 * suffixes (`workers.dev`, `github.io`): their users are not one owner. An IP address or a name without a
 * known suffix is its own domain.
 */
export function registrableDomain(host: string): string {
  return getDomain(host, { allowPrivateDomains: true }) ?? host;
}
