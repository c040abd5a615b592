/** The bundler builds the worker and answers with the URL of its file. */
declare module '*?worker&url' {
  const url: string;
  export default url;
}
