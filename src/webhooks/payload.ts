/**
 * The formats of deliveries, by the name that a subscription gives.
 */
import type { PayloadFormat } from "../domain/subscription.ts";
import type { Format } from "./format.ts";
import { standard } from "./formats/standard.ts";

export const FORMATS: Readonly<Record<PayloadFormat, Format>> = { standard };
