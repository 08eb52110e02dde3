// Swagger UI's own start, in a file because no script may stand in the page.
const place = document.getElementById("swagger-ui");
SwaggerUIBundle({ url: place.dataset.document, domNode: place, deepLinking: true });
