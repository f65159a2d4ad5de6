import type { Label } from './labelled-pairs.ts';

// All made up, and written down before there were rules. A broken bar is taken out when they are read:
// it keeps the scanners of code hosts from taking them for real. One pair a line: name, space, value.

const secrets = String.raw`
DB_PASSWORD hunter2!Xy
DATABASE_PASSWORD Tr0ub4dor&3
POSTGRES_PASSWORD postgres
MYSQL_ROOT_PASSWORD root
MYSQL_PASSWORD s3cr3tpw
dbPassword qP7#kdl2
spring.datasource.password Winter2024!
SPRING_DATASOURCE_PASSWORD app_user_pw_81
ConnectionStrings__Default Server=db.internal;Database=shop;User Id=app;Password=K9s!kd02;
REDIS_PASSWORD b1946ac92492d2347c6235b4d2611184
REDIS_URL redis://default:Xk29dkLwq@cache.internal:6379/0
DATABASE_URL postgres://app:pV9xkq22@db.internal:5432/shop
DB_URL mysql://root:root@mysql:3306/app
MONGO_URI mongodb+srv://svc:8dKw0Qm2x@cluster0.ab1cd.mongodb.net/prod?retryWrites=true
RABBITMQ_URL amqp://guest:gU3st9x@rabbit:5672/
CELERY_BROKER_URL amqps://worker:Zp4-kk_91@b-12.mq.eu-west-1.amazonaws.com:5671
SMTP_PASSWORD BKf¦92kdPw0sl3mfnQw82mdkslPq0xm3
SMTP_PASS mailpass99
MAIL_PASSWD Qwerty123
LDAP_BIND_PW ldap-Bind_2020
ADMIN_PWD Sommer2023
KEYSTORE_PASSPHRASE correct horse battery staple
SSH_PASSPHRASE blue-river-42
JWT_SECRET 7f4df451a9f84f3f8a0e1b2c3d4e5f60
JWT_SIGNING_KEY vW8z/B?E(H+MbQeThWmZq4t7w!z%C*F-
SESSION_SECRET keyboard cat
COOKIE_SECRET a8s7df6as8d7f6as8d7f6
APP_SECRET 0c1d2e3f4a5b6c7d8e9f
SECRET_KEY_BASE 3f9a0b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a
DJANGO_SECRET_KEY django-insecure-8#k2l$1!q9x_z7v@w3
SECRET_KEY x8Gq2mNw51Rt
APP_KEY base64:Zk3qT9xW1mB7nL5vC2pR8sD4fH6jK0yU3eA9gQ1iXoM=
CLIENT_SECRET 8xQ~kd93Lw.2kdPqMx-29dkWlsPq0
OAUTH_CLIENT_SECRET GOC¦SPX-4kd9Wls02mXqPz8sLwTn1vBc
AZURE_CLIENT_SECRET Hb7¦8Q~pLwmX02kdlsPq9xVnTz4cRyB1gAsd
COGNITO_CLIENT_SECRET 1l8v9c7b3n5m2k4j6h8g0f1d3s5a7q9w2e4r6t8y0u1i3o5p
AWS_ACCESS_KEY_ID AK¦IA4FZK2MPQ7XWNR3TB
AWS_SECRET_ACCESS_KEY k8Xw2¦mQp7Zr4Tn9Vb1Ls6Df3Hg5Jy0Ua/Ee+RtQw
AWS_SECRET_KEY Qm7/x2¦Kp9Lw4Vz1Tn8Rb6Ys3Df5Hg0Jc+UaEiOkX
AWS_SESSION_TOKEN FwoGZX¦IvYXdzEJr//////////wEaDKq8x2mNw51Rt7Yp9CKvAXq2Lw8dkPz3Vb6Tn1Ms4Rf7Hg0
S3_ACCESS_KEY AK¦IAQ2WZX7LM4NPRVT6S
BACKUP_AWS_KEY AS¦IAXM3KTQ5NV7LZP2WB
GITHUB_TOKEN gh¦p_x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg0Jc
GH_PAT github¦_pat_11ABCDE2Y0x8Kq2mNw51Rt_7Yp9Lz3Vb6Tn1Ms4Rf7Hg0Jc2Kd9Wl5Qm8Zx3Vb
GITLAB_TOKEN glp¦at-x8Kq2mNw51Rt7Yp9Lz3V
CI_JOB_AUTH glp¦at-Mq3Wz7Lp1Vb9Kx5Tn2Rs
SLACK_BOT_TOKEN xo¦xb-2384729384-2938472938472-kDlWpqMzXvBnTrSyUeIoPaQw
SLACK_WEBHOOK_URL https://hooks.sl¦ack.com/services/T02AB3CDE/B03FG4HIJ/x8Kq2mNw51Rt7Yp9Lz3Vb6Tn
STRIPE_SECRET_KEY sk_¦live_51Hx8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms
STRIPE_KEY sk_¦test_4eC39HqLyjWDarjtT1zdp7dc
STRIPE_WEBHOOK_SECRET whs¦ec_x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7
GOOGLE_MAPS_KEY AI¦zaSyB8kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg
FIREBASE_API_KEY AI¦zaSyD2xW9mQp7Zr4Tn1Vb6Ls3Df5Hg0JyUaEeR
SENDGRID_API_KEY S¦G.x8Kq2mNw51Rt7Yp9Lz3Vb6.Tn1Ms4Rf7Hg0Jc2Kd9Wl5Qm8Zx3Vb6Yt1Pn4Lk7
NPM_TOKEN np¦m_x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg0Jc
OPENAI_API_KEY s¦k-proj-x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg0Jc2Kd9
ANTHROPIC_API_KEY s¦k-ant-api03-x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7
MAILGUN_API_KEY ke¦y-3f9a0b7c6d5e4f3a2b1c0d9e8f7a6b5c
DD_API_KEY 9a0b7c6d5e4f3a2b1c0d9e8f7a6b5c4d
DATADOG_APP_KEY 0b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c
NEW_RELIC_LICENSE_KEY 7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0bNR¦AL
NEWRELIC_USER NR¦AK-X8KQ2MNW51RT7YP9LZ3VB6TN1MS
TWILIO_AUTH_TOKEN 5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b
TELEGRAM_BOT 110201543:AA¦HdqTcvCH1vGWJxfSeofSAs0K5PALDsaw
DIGITALOCEAN_ACCESS_TOKEN dop¦_v1_3f9a0b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a
VAULT_TOKEN hv¦s.CAESIx8Kq2mNw51Rt7Yp9Lz3Vb6Tn1
DATABRICKS_TOKEN da¦pi3f9a0b7c6d5e4f3a2b1c0d9e8f7a6b5c
PYPI_UPLOAD py¦pi-AgEIcHlwaS5vcmcCJGx8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf
DOCKERHUB_LOGIN dck¦r_pat_x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1
SHOPIFY_ADMIN shp¦at_3f9a0b7c6d5e4f3a2b1c0d9e8f7a6b5c
API_KEY a1b2c3d4e5f6
apiKey 9dk2LwPq0x
PARTNER_API_KEY 4f1c9b7e-2a63-4d58-9c0b-7e1f3a5d8b26
X_API_KEY zaCELgL.0imfnc8mVLWwsAawjYr4Rx-Af50DDqtlx
INTERNAL_AUTH_TOKEN 3b1e7c94-58d2-4a6f-b0c3-9e8d7f6a5b41
ACCESS_TOKEN eyJ¦hbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P
SERVICE_JWT eyJ¦0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJzaG9wIiwiYXVkIjoiYXBpIn0.x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg0Jc
SUPABASE eyJ¦hbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.Kd9Wl5Qm8Zx3Vb6Yt1Pn4Lk7Jh2Gf5Ds8
REFRESH_TOKEN 1//0gx8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg0Jc2Kd9
TLS_PRIVATE_KEY -----BEGIN ¦RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4\n-----END RSA PRIVATE KEY-----
SIGNING_CERT -----BEGIN ¦PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA\n-----END PRIVATE KEY-----
GCP_SERVICE_ACCOUNT {"type":"service_account","project_id":"shop","private_key_id":"3f9a","private_key":"-----BEGIN ¦PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----\n"}
SSH_KEY_B64 LS0tLS1C¦RUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS0KYjNCbGJuTnphQzFyWlhrdGRqRUFBQUFBQkc1dmJtVT0K
AZURE_STORAGE_CONNECTION_STRING DefaultEndpointsProtocol=https;AccountName=shopstore;AccountKey=Zk3qT9xW1m¦B7nL5vC2pR8sD4fH6jK0yU3eA9gQ1iXoMWx2Vb5Nm8Lk1Jh4Gf7Ds0Aq==;EndpointSuffix=core.windows.net
SERVICEBUS Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=Zk3qT9xW1m¦B7nL5vC2pR8sD4fH6jK0yU3eA9gQ1iXo=
PG_CONN host=db port=5432 user=app password=Lk82mdPq dbname=shop
JDBC_URL jdbc:postgresql://db:5432/shop?user=app&password=Kd9Wl5Qm
SQLALCHEMY_DATABASE_URI postgresql+psycopg2://app:Yt1%21Pn4Lk@db/shop
SNOWFLAKE_DSN svc:Pn4Lk7Jh2@xy12345.eu-west-1/prod
DSN app:Qm8Zx3Vb@tcp(db:3306)/shop?parseTime=true
ELASTIC_URL https://elastic:changed-Pw1@es.internal:9200
PROXY http://proxyuser:proxypass1@proxy.internal:3128
GIT_REMOTE https://oauth2:glp¦at-x8Kq2mNw51Rt7Yp9Lz3V@gitlab.com/shop/app.git
AUTH_HEADER Bearer x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4
AUTHORIZATION Basic YXBwOmh1bnRlcjJwYXNz
METRICS_HEADERS Authorization=Basic MTIzNDU2OmdsY19leUp2SWpvaU5q
OTEL_EXPORTER_OTLP_HEADERS api-key=7c6d5e4f3a2b1c0d9e8f7a6b5c4d
BASIC_AUTH admin:Sup3rGeheim
HTPASSWD admin:$apr1$x8Kq2mNw$51Rt7Yp9Lz3Vb6Tn1Ms4R/
ENCRYPTION_KEY Zk3qT9xW1mB7nL5vC2pR8sD4fH6jK0yU
FERNET_KEY kd9Wl5Qm8Zx3Vb6Yt1Pn4Lk7Jh2Gf5Ds8Aq1Wz4Ex0=
AES_KEY 603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4
MASTER_KEY 8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c
HMAC_KEY kq8mNw51Rt7Yp9Lz
PASSWORD_SALT x8Kq2mNw51Rt7Yp9
HASH_PEPPER Lz3Vb6Tn1Ms4Rf7Hg0Jc
WEBHOOK_SIGNING_SECRET 2kd9wl5qm8zx3vb6
CSRF_SECRET 8s7df6a8sd7f6
NEXTAUTH_SECRET mQ4nWxZ8kP2vL6tR9sB3dF7hJ1yC5gA0
SNYK_TOKEN 0f3b9c1a-7d52-4e86-a1b4-c8d9e7f60512
SONAR_LOGIN_TOKEN sqp_3f9a0b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a
splunk-token 11111111-7d52-4e86-a1b4-c8d9e7f60512
HTTP_Passwd flB1tpw9
apikey 0c9d8e7f6a5b4c3d2e1f
GRAFANA_PASSWORD_PROD Gr4fana!prod
DB_PASSWORD_OLD Herbst2022
SERVICE_CREDENTIALS svc-user/Kd9Wl5Qm8
RDS_CREDS {"username":"app","password":"Lk82mdPq"}
APP_CONFIG {"db":{"host":"db","user":"app","password":"Vb6Yt1Pn4"},"debug":false}
SETTINGS_JSON {"stripe":{"secretKey":"k8Xw2mQp7Zr4"},"port":80}
UPLOAD_ACCOUNT_KEY Zk3qT9xW1mB7nL5vC2pR8sD4fH6jK0yU3eA9gQ1iXoMWx2Vb5Nm8Lk1Jh4Gf7Ds0AqWsEd==
CRYPT x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg0Jc2Kd9Wl5Qm8
LICENSE x8Kq-2mNw-51Rt-7Yp9-Lz3V
ACME_EAB_HMAC zWx2Vb5Nm8Lk1Jh4Gf7Ds0AqWsEdRfTgYh
PGPASSWORD kd82ls
RAILS_MASTER_KEY 9b2c4d6e8f0a1b3c5d7e9f0a2b4c6d8e
BUGSNAG_API_KEY 066f5ad3590596f9aa8d601ea89af845
ALGOLIA_ADMIN_KEY 9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b
ROLLBAR_ACCESS_TOKEN 1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f
`;

const harmless = String.raw`
DB_PASSWORD_FILE /run/secrets/db-password
POSTGRES_PASSWORD_FILE /var/run/secrets/postgres
SECRET_NAME shop/prod/db
DB_SECRET_NAME rds-shop-prod-1a2b3c
DB_SECRET_ARN arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf
SECRET_ARN arn:aws:secretsmanager:eu-west-1:123456789012:secret:api-x8Kq2m
TOKEN_URL https://login.example.com/oauth2/token
OAUTH_TOKEN_ENDPOINT https://auth.example.com/realms/shop/protocol/openid-connect/token
ACCESS_TOKEN_TTL 3600
TOKEN_EXPIRY 15m
MAX_TOKENS 4096
OPENAI_MAX_TOKENS 1024
PASSWORD_MIN_LENGTH 12
PASSWORD_POLICY strict
PASSWORD_RESET_URL https://shop.example.com/reset?step=1
PASSWORD_HASHER argon2id
KEY_PREFIX shop:prod:
REDIS_KEY_PREFIX sess:
CACHE_KEY_VERSION v3
JWT_PUBLIC_KEY -----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAx8Kq2m\n-----END PUBLIC KEY-----
SSH_PUBLIC_KEY ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG8k2LwPq0x9dKmWzQ deploy@shop
SSH_HOST_KEY github.com ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCj7ndNxQowgcQnjshcLrqPEiiphnt
TLS_CERT -----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQsw\n-----END CERTIFICATE-----
CA_BUNDLE_B64 LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURkekNDQWwrZ0F3SUJBZ0lFQWdBQXVUQU5CZ2txaGtpRzl3MEI=
STRIPE_PUBLISHABLE_KEY pk_live_51Hx8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms
NEXT_PUBLIC_STRIPE_KEY pk_test_4eC39HqLyjWDarjtT1zdp7dc
RECAPTCHA_SITE_KEY 6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI
AWS_REGION eu-west-1
AWS_ACCOUNT_ID 123456789012
AWS_ROLE_ARN arn:aws:iam::123456789012:role/shop-task-role
KMS_KEY_ID 4f1c9b7e-2a63-4d58-9c0b-7e1f3a5d8b26
KMS_KEY_ARN arn:aws:kms:eu-west-1:123456789012:key/4f1c9b7e-2a63-4d58-9c0b-7e1f3a5d8b26
KMS_KEY alias/shop-prod
CLIENT_ID 7f4df451-a9f8-4f3f-8a0e-1b2c3d4e5f60
COGNITO_CLIENT_ID 1l8v9c7b3n5m2k4j6h8g0f1d3s
GOOGLE_CLIENT_ID 482093847201-x8kq2mnw51rt7yp9lz3vb6tn1ms4rf7h.apps.googleusercontent.com
TENANT_ID 3b1e7c94-58d2-4a6f-b0c3-9e8d7f6a5b41
USER_POOL_ID eu-west-1_x8Kq2mNw5
TWILIO_ACCOUNT_SID AC3f9a0b7c6d5e4f3a2b1c0d9e8f7a6b5c
GIT_SHA 9a0b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b
GIT_COMMIT 0b7c6d5
COMMIT 1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d
BUILD_ID 20241122.4-9a0b7c6
IMAGE_DIGEST sha256:603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4
IMAGE 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web@sha256:8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c603deb1015ca71be2b73aef0857d7781
SOURCE_CHECKSUM 5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b
DEPLOYMENT_ID 0f3b9c1a-7d52-4e86-a1b4-c8d9e7f60512
INSTANCE_UUID 066f5ad3-5905-46f9-aa8d-601ea89af845
SENTRY_DSN https://9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b@o123456.ingest.sentry.io/4501234567
DATABASE_HOST shop-prod.cluster-x8kq2mnw51rt.eu-west-1.rds.amazonaws.com
DATABASE_URL postgres://db.internal:5432/shop?sslmode=require
DB_USER app
DB_NAME shop
DB_PORT 5432
REDIS_URL redis://cache.internal:6379/0
REDIS_HOST shop-prod.x8kq2m.ng.0001.euw1.cache.amazonaws.com
S3_BUCKET shop-prod-assets-123456789012-eu-west-1
ASSETS_BUCKET cdk-hnb659fds-assets-123456789012-eu-west-1
QUEUE_URL https://sqs.eu-west-1.amazonaws.com/123456789012/shop-orders
TOPIC_ARN arn:aws:sns:eu-west-1:123456789012:shop-events
TABLE_NAME shop-prod-OrdersTable-1X8KQ2MNW51RT
STACK_NAME ShopProdStack-WebService-9LZ3VB6TN1MS
LOG_LEVEL info
NODE_ENV production
FEATURE_FLAGS new-checkout,dark-mode,beta-search-v2
ENABLE_TOKEN_REFRESH true
FEATURE_PASSWORDLESS_LOGIN true
USE_SECRETS_MANAGER true
DISABLE_PASSWORD_AUTH 1
SECRETS_MANAGER_REGION eu-west-1
SECRETS_PROVIDER aws
SECRET_STORE vault
TOKEN_HEADER X-Auth-Token
API_KEY_HEADER x-api-key
CSRF_COOKIE_NAME csrftoken
CSRF_TOKEN_HEADER X-CSRF-Token
AUTH_TOKEN_ISSUER https://auth.example.com/
TOKEN_AUDIENCE shop-api
TOKEN_ALGORITHM RS256
TOKEN_TYPE Bearer
AUTH_METHOD token
AUTH_TYPE password
GRANT_TYPE client_credentials
CREDENTIALS_PROVIDER ContainerCredentialsProvider
GOOGLE_APPLICATION_CREDENTIALS /var/secrets/gcp/key.json
AWS_SHARED_CREDENTIALS_FILE /root/.aws/credentials
AWS_CONTAINER_CREDENTIALS_RELATIVE_URI /v2/credentials/4f1c9b7e-2a63-4d58-9c0b-7e1f3a5d8b26
TLS_KEY_PATH /etc/ssl/private/server.key
PRIVATE_KEY_PATH /etc/keys/jwt.pem
SSL_KEY_FILE server-key.pem
KEYSTORE_LOCATION classpath:keystore.p12
KEYCLOAK_REALM shop
KEYCLOAK_URL https://keycloak.example.com/auth
KEYBOARD_LAYOUT us-intl
MONKEY_MODE chaos
PARTITION_KEY tenantId
SORT_KEY createdAt
PRIMARY_KEY order_id
ROUTING_KEY orders.created.v1
IDEMPOTENCY_KEY_HEADER Idempotency-Key
OBJECT_KEY exports/2024/11/report.csv
CACHE_KEY products:list:v2
DB_PASSWORD changeme
ADMIN_PASSWORD <your-password>
API_KEY your-api-key-here
SECRET_KEY xxxxxxxxxxxx
CLIENT_SECRET REPLACE_ME
AUTH_TOKEN TODO
DB_PASSWORD $¦{DB_PASSWORD}
API_TOKEN {{ api_token }}
DB_PASSWORD {{resolve:secretsmanager:shop/db:SecretString:password}}
STRIPE_KEY $STRIPE_KEY
DB_PASSWORD ¦
JWT_SECRET none
PASSWORD_REGEX ^(?=.*[A-Z])(?=.*\d)[A-Za-z\d@$!%*?&]{8,}$
EMAIL_PATTERN ^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$
CONFIG_B64 eyJkYiI6eyJob3N0IjoiZGIiLCJwb3J0Ijo1NDMyfSwiZGVidWciOmZhbHNlLCJsZXZlbCI6ImluZm8ifQ==
NGINX_CONF_B64 c2VydmVyIHsKICBsaXN0ZW4gODA7CiAgbG9jYXRpb24gLyB7IHByb3h5X3Bhc3MgaHR0cDovL2FwcDo4MDgwOyB9Cn0K
APP_CONFIG {"db":{"host":"db.internal","port":5432},"features":["search","cart"],"level":"info"}
CORS_ORIGINS https://shop.example.com,https://admin.example.com
ALLOWED_HOSTS shop.example.com,.internal,localhost,127.0.0.1
JAVA_OPTS -Xms512m -Xmx1024m -XX:+UseG1GC -Dfile.encoding=UTF-8
NODE_OPTIONS --max-old-space-size=384 --enable-source-maps
PATH /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
PYTHONPATH /app/src:/app/vendor/site-packages
CLASSPATH /app/lib/spring-boot-3.2.1.jar:/app/lib/jackson-databind-2.15.3.jar:/app/classes
LD_PRELOAD /usr/lib/x86_64-linux-gnu/libjemalloc.so.2
OTEL_RESOURCE_ATTRIBUTES service.name=shop-web,service.version=1.14.2,deployment.environment=prod
OTEL_EXPORTER_OTLP_ENDPOINT https://otlp.eu01.nr-data.net:4318
TZ Europe/Berlin
LANG en_US.UTF-8
USER_AGENT Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0
GTM_CONTAINER GTM-5X8KQ2M
GA_MEASUREMENT_ID G-X8KQ2MNW51
DD_SERVICE shop-web
DD_TAGS env:prod,team:checkout,version:9a0b7c6d5e4f
awslogs-group /ecs/shop-web
awslogs-stream-prefix web
splunk-url https://splunk.example.com:8088
com.docker.compose.config-hash 603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4
org.opencontainers.image.revision 9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f
traefik.http.routers.web.rule Host("shop.example.com") && PathPrefix("/api")
CSP_POLICY default-src 'self'; script-src 'self' 'sha256-x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg0Jc2Kd9Wl4='
SRI_HASH sha384-x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg0Jc2Kd9Wl5Qm8Zx3Vb6Yt1Pn4Lk7Jh2
SUBNET_IDS subnet-0a1b2c3d4e5f60718,subnet-0f1e2d3c4b5a69788
SECURITY_GROUP sg-0a1b2c3d4e5f60718
HOSTED_ZONE Z0423857X8KQ2MNW51RT
CLOUDFRONT_DOMAIN d1x8kq2mnw51rt.cloudfront.net
ENCRYPTION_CONTEXT app=shop,env=prod
ENCRYPTION_ALGORITHM AES/GCM/NoPadding
PASSPHRASE_REQUIRED false
PASSPORT_STRATEGY saml
COMPASS_URL http://compass:8080
BYPASS_CACHE true
PASSENGER_APP_ENV production
TOKENIZER_MODEL cl100k_base
TOKENIZERS_PARALLELISM false
SECRETARY_EMAIL office@example.com
SUPPORT_CONTACT mailto:help@example.com
GIT_REMOTE git@gitlab.com:shop/app.git
GIT_REPO ssh://git@github.com/shop/app.git
METRICS_URL https://metrics@prom.example.com/write
DATABASE_URL postgres://$¦{DB_USER}:$¦{DB_PASSWORD}@db:5432/shop
CONNECTION_STRING Server=db.internal;Database=shop;Integrated Security=true
VAULT_SECRET_PATH secret/data/shop/prod
SSM_PARAMETER /shop/prod/db-password
API_KEY_PARAMETER /shop/prod/api-key
ROTATE_SECRETS_SCHEDULE 0 3 * * 0
API_KEYS_TABLE shop-api-keys
SERVICE_TOKEN_BUCKET_SIZE 100
`;

function pairs(text: string, secret: boolean): Label[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const space = line.indexOf(' ');
      const value = line.slice(space + 1).replaceAll('¦', '');
      return { secret, name: line.slice(0, space), value: value.replaceAll('\\n', '\n') };
    });
}

const all = [...pairs(secrets, true), ...pairs(harmless, false)];

/** The half that rules may be fitted to. */
export const tuningHalf: readonly Label[] = all.filter((_, index) => index % 2 === 0);

/** The half that only measures: do not fit a rule to it, and do not look at what it gets wrong. */
export const heldOutHalf: readonly Label[] = all.filter((_, index) => index % 2 === 1);
