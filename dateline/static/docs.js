// Starts Swagger UI; in a file because inline scripts are not allowed.
const place = document.getElementById("swagger-ui");
SwaggerUIBundle({ url: place.dataset.document, domNode: place, deepLinking: true });
