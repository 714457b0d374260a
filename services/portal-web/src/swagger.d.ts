/** The part of Swagger UI that is used. The package has no types. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  export default function SwaggerUI(options: {
    dom_id: string;
    url: string;
    deepLinking: boolean;
    queryConfigEnabled: boolean;
    validatorUrl: null;
  }): void;
}
