/** Sends one image to the server, telling how far it is. */
import { documentPath } from '../../../api/documents';
import { ownHeaders } from '../../../api/http';
import type { Site } from '../../../api/site';

export interface Uploaded {
  readonly url: string;
  readonly width: number | null;
  readonly height: number | null;
}

/** The server did not take the image, or could not be reached: `status` is 0 then. */
export class UploadFailed extends Error {
  override readonly name = 'UploadFailed';
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

/** `fetch` does not tell how much has been sent, so this is a request of the older kind. */
export async function upload(
  site: Site,
  documentId: string,
  file: Blob,
  name: string,
  progress: (part: number) => void,
): Promise<Uploaded> {
  const token = await site.token();
  const form = new FormData();
  form.append('file', file, name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${site.address}${documentPath(documentId)}/files`);
    request.responseType = 'json';
    request.setRequestHeader('Accept', 'application/json');
    const own = site.address ? {} : ownHeaders();
    for (const [header, value] of Object.entries(own)) request.setRequestHeader(header, value);
    if (token) request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) progress(loaded / total);
    };
    request.onerror = () => reject(new UploadFailed(0, ''));
    request.onload = () => {
      const { status, response } = request;
      if (status === 201 && typeof response?.url === 'string') resolve(response as Uploaded);
      else reject(new UploadFailed(status >= 502 && status <= 504 ? 0 : status, String(response?.detail ?? '')));
    };
    request.send(form);
  });
}
