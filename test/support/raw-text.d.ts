/** A file as text, read when the test is compiled: tests in workerd have no file system. */
declare module "*?raw" {
  const text: string;
  export default text;
}
