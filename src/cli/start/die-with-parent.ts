/**
 * Loaded with `--import` into the process that runs the service. When its parent has gone, for whatever
 * reason, the process group is killed, so that no workerd keeps the port.
 */
process.on("disconnect", () => process.kill(0, "SIGKILL"));
// The listener alone must not keep the process alive.
process.channel?.unref();
