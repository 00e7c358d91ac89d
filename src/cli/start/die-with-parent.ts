/**
 * Loaded into the process that runs the service, by `--import`: when the process that started it is
 * gone, by whatever signal, the group ends with it, so that no runtime lingers on the port.
 */
process.on("disconnect", () => process.kill(0, "SIGKILL"));
// Listening must not keep a process alive that has nothing else to do.
process.channel?.unref();
