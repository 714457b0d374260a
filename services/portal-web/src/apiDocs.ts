/** The page `/api/docs`: Swagger UI with the API's own description, and with no other host. */

import 'swagger-ui-dist/swagger-ui.css';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';

SwaggerUI({
  dom_id: '#api',
  url: '/api/openapi.json',
  deepLinking: true,
  queryConfigEnabled: false,
  validatorUrl: null,
});
