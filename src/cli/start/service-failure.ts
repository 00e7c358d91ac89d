import { CliError } from "../cli-error.ts";

/** The service process failed: its own output says why. */
export class ServiceFailure extends CliError {}
